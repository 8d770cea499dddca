import type { CanonicalResponse, Candidate, JsonRecord, Part } from '@turnpike/core';
import type { Encoded, TranslationContext } from '../../translation.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { LossList } from '../../translate/loss-list.ts';
import { encodeAnswerPart, toSignature, type AnswerContext } from './answer-part.ts';
import { encodeFinish } from './finish.ts';
import { GroundingWriter } from './grounding.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeGeminiUsage } from './usage.ts';

/** A whole answer as a `GenerateContentResponse`. */
export function encodeGeminiResponse(
  response: CanonicalResponse,
  translation: TranslationContext,
): Encoded {
  const losses = new LossList();
  losses.losses.push(...response.losses);
  const context = { translation, losses };
  const isBlocked = response.promptFeedback !== undefined && hasNoParts(response);
  const body = {
    ...(!isBlocked && {
      candidates: response.candidates.map((candidate) => encodeCandidate(candidate, context)),
    }),
    ...(response.promptFeedback !== undefined && { promptFeedback: response.promptFeedback }),
    ...(response.usage !== undefined && {
      usageMetadata: encodeGeminiUsage(response.usage, response.usageOrigin),
    }),
    ...describe(response, translation),
  };
  return { body, losses: losses.losses };
}

/** What every answer and every frame says of itself. */
export function describe(
  { id, createdAt }: Pick<CanonicalResponse, 'id' | 'createdAt'>,
  { model }: TranslationContext,
): JsonRecord {
  return {
    modelVersion: model,
    ...(createdAt > 0 && { createTime: new Date(createdAt * 1000).toISOString() }),
    responseId: id,
  };
}

function hasNoParts({ candidates }: CanonicalResponse): boolean {
  return candidates.every(({ parts }) => parts.length === 0);
}

function encodeCandidate(candidate: Candidate, context: AnswerContext): JsonRecord {
  const { index, finish, extras, logprobs } = candidate;
  const writer = new GroundingWriter();
  const parts = encodeParts(candidate.parts, `candidates[${index}]`, context, writer);
  const hasCalls = candidate.parts.some((part) => part.kind === 'tool-call');
  const logprobsResult = encodeLogprobs(logprobs);
  return {
    content: { role: 'model', parts },
    finishReason: encodeFinish(correctFinish(finish, hasCalls)),
    index,
    ...writer.metadata(),
    ...(logprobsResult !== undefined && { logprobsResult }),
    ...extras?.gemini,
  };
}

/** State of thoughts goes on the call that they led to, because clients drop thoughts sooner than calls. */
function encodeParts(
  parts: readonly Part[],
  at: string,
  context: AnswerContext,
  grounding: GroundingWriter,
): JsonRecord[] {
  const encoded: JsonRecord[] = [];
  let loose: string[] = [];
  for (const [index, part] of parts.entries()) {
    grounding.take(part, encoded.length);
    const made = encodeAnswerPart(part, `${at}.parts[${index}]`, context);
    const own = (part.state ?? []).map((state) => toSignature(state, context.translation));
    if (part.kind === 'reasoning') {
      if (made !== undefined) encoded.push(made);
      loose.push(...own);
    } else if (made !== undefined) {
      const takesLoose = part.kind === 'tool-call' && own.length === 0;
      const [thoughtSignature, ...more] = takesLoose ? loose : own;
      if (takesLoose) loose = [];
      encoded.push(...more.map(toCarrier));
      encoded.push(thoughtSignature === undefined ? made : { ...made, thoughtSignature });
    }
  }
  return [...encoded, ...loose.map(toCarrier)];
}

/** A part that only carries a signature. */
export function toCarrier(thoughtSignature: string): JsonRecord {
  return { text: '', thoughtSignature };
}
