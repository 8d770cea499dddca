import type { CanonicalResponse, Part } from '@turnpike/core';
import { replayResponse } from '../../translate/replay-response.ts';
import type { Encoded, TranslationContext } from '../../translation.ts';
import { ResponsesStreamEncoder } from './stream-encoder.ts';

/** Encodes a whole answer: what its stream would end with, with the same ids. */
export function encodeResponse(response: CanonicalResponse, context: TranslationContext): Encoded {
  const encoder = new ResponsesStreamEncoder(context);
  for (const event of replayResponse(splitSummaries(response))) encoder.push(event);
  return { body: encoder.response(), losses: [...response.losses, ...encoder.losses] };
}

/** Paragraphs of a summary come as parts of their own, told to belong together by their id. */
function splitSummaries(response: CanonicalResponse): CanonicalResponse {
  const candidates = response.candidates.map((candidate) => ({
    ...candidate,
    parts: candidate.parts.flatMap(splitSummary),
  }));
  return { ...response, candidates };
}

function splitSummary(part: Part, at: number): Part[] {
  if (part.kind !== 'reasoning' || part.summary === undefined) return [part];
  const { summary, text, state, origin: _, ...rest } = part;
  const id = part.id ?? `summary-${at}`;
  const thoughts: Part[] = text === undefined ? [] : [{ ...rest, id, text }];
  const paragraphs = summary.map((paragraph): Part => ({ ...rest, id, summary: [paragraph] }));
  const stateful: Part[] = state === undefined ? [] : [{ ...rest, id, state }];
  const parts = [...thoughts, ...paragraphs, ...stateful];
  return parts.length === 0 ? [{ ...rest, id }] : parts;
}
