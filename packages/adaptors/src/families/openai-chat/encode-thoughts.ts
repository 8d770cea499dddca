import type { OpaqueState, ReasoningPart } from '@turnpike/core';
import { parseJson, type JsonObject } from '../../wire/json-object.ts';

export type Seal = (state: OpaqueState) => string;

/** Names by which clients tell whose details these are (OpenRouter's). */
const formats: Readonly<Record<OpaqueState['family'], string>> = {
  anthropic: 'anthropic-claude-v1',
  'openai-responses': 'openai-responses-v1',
  gemini: 'google-gemini-v1',
  'openai-chat': 'unknown',
};

/**
 * What of a thought must come back on the next turn, as details that clients carry along.
 *
 * @param index the place of the thought among those of the answer
 */
export function encodeDetails(
  { state = [], isRedacted }: Pick<ReasoningPart, 'state' | 'isRedacted'>,
  text: string,
  { index, seal }: { index: number; seal: Seal },
): unknown[] {
  return state.map((item, place) => {
    // A vendor's own details are given as they came.
    if (item.family === 'openai-chat') return parseJson(item.value) ?? { data: item.value };
    const sealed = seal(item);
    const format = formats[item.family];
    const isText = item.kind === 'signature' && isRedacted !== true;
    const detail: JsonObject = isText
      ? { type: 'reasoning.text', ...(place === 0 && text !== '' && { text }), signature: sealed }
      : { type: 'reasoning.encrypted', data: sealed };
    return { ...detail, format, index };
  });
}

/** State that hangs on a call, in the shape that Google's own compatibility layer has for it. */
export function encodeCallState(
  state: readonly OpaqueState[] | undefined,
  seal: Seal,
): JsonObject | undefined {
  const [first] = state ?? [];
  if (first === undefined) return undefined;
  const value = first.family === 'openai-chat' ? first.value : seal(first);
  return { google: { thought_signature: value } };
}
