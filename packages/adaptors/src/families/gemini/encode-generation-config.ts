import type { CanonicalRequest, JsonRecord } from '@turnpike/core';
import { asObject } from '../../wire/json-object.ts';
import { defined } from '../../wire/defined.ts';
import { noteUncarried } from '../../translate/note-uncarried.ts';
import type { EncodeContext } from './encode-context.ts';
import { takesJsonSchema } from './encode-tools.ts';
import { encodeThinking } from './encode-thinking.ts';
import { reduceSchema } from './reduce-schema.ts';

/** More stop texts are refused. */
export const maxStops = 5;
/** More answers at once are refused. */
const maxCandidates = 8;

/** How the answer is made; `stops`: those that the upstream is told. Undefined where the client left all of it to the model. */
export function encodeGenerationConfig(
  request: CanonicalRequest,
  stops: readonly string[] | undefined,
  context: EncodeContext,
): JsonRecord | undefined {
  const { output } = request;
  const { outputClamp } = context.target;
  const limits = [output.maxTokens, outputClamp].filter((limit) => limit !== undefined);
  const maxOutputTokens = limits.length === 0 ? undefined : Math.min(...limits);
  const config = {
    ...defined({
      temperature: output.temperature,
      topP: output.topP,
      topK: output.topK,
      candidateCount: encodeChoices(output.choices, context),
      maxOutputTokens,
      stopSequences: stops,
      presencePenalty: output.presencePenalty,
      frequencyPenalty: output.frequencyPenalty,
      seed: output.seed,
      responseModalities: output.modalities?.map((modality) => modality.toUpperCase()),
      speechConfig: encodeSpeech(output.audio?.voice),
      imageConfig: asObject(output.image),
      thinkingConfig: encodeThinking(request.reasoning, maxOutputTokens, context),
    }),
    ...encodeLogprobs(request),
    ...encodeFormat(request, context),
  };
  noteDropped(request, context);
  return Object.keys(config).length === 0 ? undefined : config;
}

function encodeChoices(choices: number | undefined, { losses }: EncodeContext): number | undefined {
  if (choices === undefined || choices <= 1) return undefined;
  if (choices > maxCandidates)
    losses.add('fatal', 'approximated', 'output.choices', `at most ${maxCandidates} answers`);
  return Math.min(choices, maxCandidates);
}

function encodeSpeech(voice: unknown): JsonRecord | undefined {
  const name = typeof voice === 'string' ? voice : asObject(voice)?.['id'];
  return typeof name === 'string'
    ? { voiceConfig: { prebuiltVoiceConfig: { voiceName: name } } }
    : undefined;
}

function encodeLogprobs({ output: { logprobs } }: CanonicalRequest): JsonRecord {
  if (logprobs?.enabled !== true) return {};
  const { top } = logprobs;
  return { responseLogprobs: true, ...(top !== undefined && top > 0 && { logprobs: top }) };
}

/** JSON together with functions came with Gemini 3. */
function encodeFormat(request: CanonicalRequest, context: EncodeContext): JsonRecord {
  const { format } = request.output;
  if (format === undefined || format.type === 'text') return {};
  const hasFunctions = request.tools.some(({ kind }) => kind !== 'hosted');
  if (hasFunctions && context.facts.generation !== '3') {
    const severity = format.type === 'json' ? 'warn' : 'fatal';
    context.losses.add(severity, 'dropped', 'output.format', 'no JSON format beside functions');
    return {};
  }
  if (format.type === 'json') return { responseMimeType: 'application/json' };
  return {
    responseMimeType: 'application/json',
    ...(takesJsonSchema(context)
      ? { responseJsonSchema: format.schema }
      : { responseSchema: reduceSchema(format.schema) }),
  };
}

function noteDropped(request: CanonicalRequest, { losses }: EncodeContext): void {
  const { output, identity, state } = request;
  noteUncarried(request.extras, 'gemini', losses);
  if (output.logitBias !== undefined)
    losses.add('warn', 'dropped', 'output.logitBias', 'tokens cannot be biased');
  if (output.prediction !== undefined)
    losses.add('info', 'dropped', 'output.prediction', 'predictions are not used');
  if (output.verbosity !== undefined)
    losses.add('info', 'dropped', 'output.verbosity', 'there is no such setting');
  if (identity.endUser !== undefined)
    losses.add('info', 'dropped', 'identity.endUser', 'end users are not told');
  if (identity.metadata !== undefined)
    losses.add('info', 'dropped', 'identity.metadata', 'there is no place for it');
  if (state?.store === true)
    losses.add('info', 'dropped', 'state.store', 'answers are not stored here');
}
