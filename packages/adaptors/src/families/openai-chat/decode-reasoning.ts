import type { OpaqueState, Part, ReasoningPart } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** How our own capsules begin; see the relay's opaque state. */
const capsulePrefix = 'gw1.';

/**
 * The thoughts of an assistant's message: `reasoning_details` where there are any (they carry state), else LiteLLM's
 * `thinking_blocks`, else the plain text under one of its two names.
 */
export function decodeReasoning(message: JsonObject): Part[] {
  const details = asArray(message['reasoning_details']).flatMap((detail) => decodeDetail(detail));
  if (details.length > 0) return joinDetails(details, plainReasoning(message));
  const blocks = asArray(message['thinking_blocks']).flatMap((block) => decodeBlock(block));
  if (blocks.length > 0) return blocks;
  const text = plainReasoning(message);
  return text === undefined ? [] : [{ kind: 'reasoning', text }];
}

export function plainReasoning(message: JsonObject): string | undefined {
  return asText(message['reasoning_content']) ?? asText(message['reasoning']);
}

function decodeDetail(value: unknown): ReasoningPart[] {
  const detail = asObject(value);
  if (detail === undefined) return [];
  const state = decodeDetailState(detail);
  const text = asText(detail['text']);
  const summary = asText(detail['summary']);
  if (state === undefined && text === undefined && summary === undefined) return [];
  return [
    {
      kind: 'reasoning',
      ...(text !== undefined && { text }),
      ...(text === undefined && summary !== undefined && { summary: [summary] }),
      ...(state !== undefined && { state: [state] }),
      ...(detail['type'] === 'reasoning.encrypted' && { isRedacted: true }),
    },
  ];
}

/**
 * What of a detail must come back unchanged: a capsule of ours by itself, a vendor's detail whole.
 *
 * @returns undefined for a detail of mere text
 */
export function decodeDetailState(detail: JsonObject): OpaqueState | undefined {
  const sealed = asText(detail['signature']) ?? asText(detail['data']);
  if (sealed === undefined) return undefined;
  const isCapsule = sealed.startsWith(capsulePrefix);
  return {
    family: 'openai-chat',
    kind: detail['type'] === 'reasoning.encrypted' ? 'redacted' : 'signature',
    value: isCapsule ? sealed : JSON.stringify(detail),
  };
}

/** A stream's client gathers text and signature of one thought as two details: they are one part. */
function joinDetails(parts: readonly ReasoningPart[], plain: string | undefined): Part[] {
  const joined: ReasoningPart[] = [];
  for (const part of parts) {
    const before = joined.at(-1);
    const isRest =
      part.text === undefined && part.summary === undefined && part.isRedacted !== true;
    if (before !== undefined && isRest && before.state === undefined && part.state !== undefined) {
      joined[joined.length - 1] = { ...before, state: part.state };
    } else joined.push(part);
  }
  const [first] = joined;
  const hasText = joined.some(({ text, summary }) => (text ?? summary) !== undefined);
  if (hasText || first === undefined || plain === undefined || first.isRedacted === true) {
    return joined;
  }
  return [{ ...first, text: plain }, ...joined.slice(1)];
}

/** Anthropic's blocks, as LiteLLM's clients carry them; their state is Anthropic's own. */
function decodeBlock(value: unknown): Part[] {
  const block = asObject(value);
  const signature = asText(block?.['signature']);
  const data = asText(block?.['data']);
  if (block?.['type'] === 'redacted_thinking' && data !== undefined) {
    const state = [{ family: 'anthropic' as const, kind: 'redacted' as const, value: data }];
    return [{ kind: 'reasoning', isRedacted: true, state }];
  }
  if (typeof block?.['thinking'] !== 'string') return [];
  return [
    {
      kind: 'reasoning',
      text: block['thinking'],
      ...(signature !== undefined && {
        state: [{ family: 'anthropic', kind: 'signature', value: signature }],
      }),
    },
  ];
}
