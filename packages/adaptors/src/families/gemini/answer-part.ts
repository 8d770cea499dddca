import type {
  JsonRecord,
  MediaPart,
  OpaqueState,
  Part,
  ToolCallPart,
  ToolResultPart,
} from '@turnpike/core';
import type { TranslationContext } from '../../translation.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { parseArguments, wrapCustomInput } from '../../translate/tool-arguments.ts';
import { encodeCodeCall, encodeCodeResult } from './code-parts.ts';

/** What the encoders of one answer share. */
export interface AnswerContext {
  translation: TranslationContext;
  losses: LossList;
}

/** Whether the client wants to read thoughts: Google keeps them to itself unless asked. */
export function showsThoughts({ request }: TranslationContext): boolean {
  return request.reasoning?.includesText === true;
}

/** One part of a whole answer; undefined where this client cannot be shown it. */
export function encodeAnswerPart(
  part: Part,
  at: string,
  context: AnswerContext,
): JsonRecord | undefined {
  const { losses } = context;
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { text: part.text };
    case 'reasoning': {
      const text = part.text ?? part.summary?.join('\n\n') ?? '';
      return text === '' || !showsThoughts(context.translation)
        ? undefined
        : { text, thought: true };
    }
    case 'media':
      return encodeMediaSource(part, at, losses);
    case 'tool-call':
      return encodeCallPart(part, at, context);
    case 'tool-result':
      return encodeResultPart(part, at, context);
    case 'provider-item':
      if (part.family === 'gemini') return part.raw as JsonRecord;
      losses.add('info', 'dropped', at, `an item of another protocol (${part.family})`);
      return undefined;
  }
}

function encodeMediaSource(part: MediaPart, at: string, losses: LossList): JsonRecord {
  const { mime, source, transcript, origin } = part;
  if (origin?.family === 'gemini') return origin.raw;
  const { base64, url } = source;
  if (transcript !== undefined) {
    if (base64 === undefined) return { text: transcript };
    losses.add('info', 'dropped', at, 'the words of speech, beside its sound');
  }
  if (base64 !== undefined)
    return { inlineData: { mimeType: mime ?? 'application/octet-stream', data: base64 } };
  if (url !== undefined)
    return { fileData: { ...(mime !== undefined && { mimeType: mime }), fileUri: url } };
  return { text: source.text ?? '' };
}

function encodeCallPart(
  part: ToolCallPart,
  at: string,
  { losses }: AnswerContext,
): JsonRecord | undefined {
  if (part.tool === 'hosted') {
    if (part.hosted?.family === 'gemini') return part.hosted.raw;
    // What was searched for, or opened, is told beside the answer.
    if (part.step?.kind === 'search' || part.step?.kind === 'fetch') return undefined;
    const code = encodeCodeCall(part);
    if (code !== undefined) return code;
    losses.add('info', 'dropped', at, 'a call of a hosted tool of another provider');
    return undefined;
  }
  const text = part.tool === 'custom' ? wrapCustomInput(part.input ?? '') : part.argumentsJson;
  const { value, isBroken } = parseArguments(text);
  if (isBroken)
    losses.add('warn', 'approximated', at, 'arguments that are no JSON object were wrapped');
  return { functionCall: { id: part.callId, name: part.name, args: value } };
}

function encodeResultPart(
  part: ToolResultPart,
  at: string,
  { losses }: AnswerContext,
): JsonRecord | undefined {
  if (part.origin?.family === 'gemini') return part.origin.raw;
  if (part.outcome?.kind === 'pages' || part.outcome?.kind === 'page') return undefined;
  const result = encodeCodeResult(part);
  if (result === undefined)
    losses.add('info', 'dropped', at, 'what a hosted tool of another provider answered');
  return result;
}

/**
 * Opaque state as text for `thoughtSignature`, which must be base64: Google's own is, a capsule of ours is encoded once
 * more.
 */
export function toSignature(state: OpaqueState, { seal }: TranslationContext): string {
  if (state.family === 'gemini') return state.value;
  return Buffer.from(seal(state)).toString('base64');
}
