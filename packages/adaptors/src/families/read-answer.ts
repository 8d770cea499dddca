import { isUtf8 } from 'node:buffer';
import {
  familyOf,
  type CanonicalResponse,
  type Family,
  type Operation,
  type Usage,
} from '@turnpike/core';
import type { Dialect, UpstreamError } from '../codec.ts';
import {
  asArray,
  asObject,
  asText,
  buildSmallMembers,
  parseJson,
  type JsonObject,
} from '../wire/json-object.ts';
import { tryProbeJson, type JsonProbe } from '../wire/json-probe.ts';
import { findAnswerError } from './find-answer-error.ts';
import { readSubtitleText } from './media/read-subtitle-text.ts';
import { readInteractionUsage } from './gemini/interaction-usage.ts';
import { readBrokenOff } from './openai-chat/read-chunk-error.ts';
import { readUsage } from './openai-chat/read-usage.ts';
import { readResponsesUsage, readSearchItems } from './openai-responses/read-usage.ts';
import { findUpstreamCodec } from './index.ts';

export interface AnswerContext {
  operation: Operation;
  dialect: Dialect;
  /** Lower case, with or without parameters. */
  contentType: string;
  /** Our own count of the prompt, for upstreams that report a total only. */
  estimatedPromptTokens?: number;
}

/** What a whole answer says. */
export interface AnswerFacts {
  /** The body is none that this operation answers with (HTML from a proxy, broken JSON). */
  isUnreadable: boolean;
  /** An error that came with a good status. */
  error: UpstreamError | undefined;
  usage: Usage | undefined;
  /** Pictures delivered. */
  images: number;
  /** Seconds of audio that were transcribed, where the answer says so. */
  seconds: number | undefined;
  /** The tier that served, where it says so: it may decide the price. */
  serviceTier: string | undefined;
  /** The generated text, for a local count. Parses the body when it is called. */
  generatedText(): string;
}

/** Reads an answer with a good status. Of a large one only small top-level members are parsed, however large it is. */
export function readAnswer(body: Buffer, context: AnswerContext): AnswerFacts {
  const plain = readShortAnswer(body, context);
  if (plain !== undefined) return plain;
  const probe = tryProbeJson(body);
  if (probe === undefined) return readPlainAnswer(body, context);
  if (context.operation === 'messages' || context.operation === 'generate-content')
    return readFamilyAnswer(familyOf(context.operation) as Family, probe, context);
  const small = buildSmallMembers(probe);
  const error = findAnswerError(probe, small, context.dialect);
  const usage = error === undefined ? readAnswerUsage(probe, small, context) : undefined;
  return {
    isUnreadable: error === undefined && !hasPayload(probe, context.operation),
    error,
    usage,
    images: countImages(probe, context.operation),
    seconds: usage?.seconds ?? readDuration(small['duration']),
    serviceTier: asText(small['service_tier']),
    generatedText: () => readGeneratedText(parseJson(body.toString('utf8'))),
  };
}

/** An answer of a family that is not OpenAI's: its codec reads it. */
function readFamilyAnswer(
  family: Family,
  probe: JsonProbe,
  { dialect, operation }: AnswerContext,
): AnswerFacts {
  const codec = findUpstreamCodec(family);
  const decode = (): CanonicalResponse | undefined => {
    const whole = asObject(parseJson(probe.body.toString('utf8')));
    return whole === undefined ? undefined : codec?.decodeResponse(whole, dialect);
  };
  const error = probe.last('error');
  const isError = error?.kind === 'object' || error?.kind === 'string';
  const usage =
    isError || codec === undefined
      ? undefined
      : codec.readUsage === undefined
        ? decode()?.usage
        : codec.readUsage(buildSmallMembers(probe), dialect);
  return {
    isUnreadable: !isError && !hasPayload(probe, operation),
    error: isError ? codec?.readError(200, {}, probe.body, dialect) : undefined,
    usage,
    images: 0,
    seconds: undefined,
    serviceTier: undefined,
    generatedText: () =>
      (decode()?.candidates ?? [])
        .flatMap(({ parts }) => parts)
        .map((part) =>
          'text' in part
            ? (part.text ?? '')
            : part.kind === 'tool-call'
              ? (part.argumentsJson ?? '')
              : '',
        )
        .join(''),
  };
}

/** To build a body whole is quicker than to look for its figures, up to this many bytes. */
const shortBytes = 8 * 1024;

/**
 * Nearly every answer: generated text of no great length, with its usage, and no sign of an error.
 *
 * @returns undefined for every other one
 */
function readShortAnswer(
  body: Buffer,
  { operation, dialect, estimatedPromptTokens }: AnswerContext,
): AnswerFacts | undefined {
  if (operation !== 'chat' && operation !== 'completions') return undefined;
  if (body.length > shortBytes || dialect.readUsage !== undefined || !isUtf8(body))
    return undefined;
  const answer = asObject(parseJson(body.toString('utf8')));
  if (answer === undefined || !Array.isArray(answer['choices'])) return undefined;
  if ((answer['error'] ?? answer['base_resp']) != null || asObject(answer['usage']) === undefined)
    return undefined;
  if (readBrokenOff(answer, dialect) !== undefined) return undefined;
  return {
    isUnreadable: false,
    error: undefined,
    usage: readUsage(answer, { estimatedPromptTokens }),
    images: 0,
    seconds: undefined,
    serviceTier: asText(answer['service_tier']),
    generatedText: () => readGeneratedText(answer),
  };
}

/** Transcripts may be plain text or subtitles, and speech is bytes; nothing else may. */
function readPlainAnswer(body: Buffer, { operation, contentType }: AnswerContext): AnswerFacts {
  const isTranscript = operation === 'transcription' || operation === 'translation';
  const isMedia = operation === 'speech' && !contentType.startsWith('text/');
  const looksLikeMarkup = contentType.startsWith('text/html');
  return {
    isUnreadable: !(isMedia || (isTranscript && !looksLikeMarkup)),
    error: undefined,
    usage: undefined,
    images: 0,
    seconds: undefined,
    serviceTier: undefined,
    generatedText: () => (isTranscript ? readSubtitleText(body.toString('utf8')) : ''),
  };
}

/** Members that hold an operation's answer; one is enough. */
const payloadKeys: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  chat: ['choices'],
  completions: ['choices'],
  edits: ['choices'],
  embeddings: ['data', 'embeddings', 'output'],
  moderations: ['results'],
  responses: ['output', 'status', 'id'],
  messages: ['content'],
  interaction: ['steps', 'outputs', 'status'],
  'generate-content': ['candidates', 'promptFeedback'],
  'image-generation': ['data', 'images'],
  'image-edit': ['data', 'images'],
  'image-variation': ['data', 'images'],
  transcription: ['text', 'segments'],
  translation: ['text', 'segments'],
};

function hasPayload(probe: JsonProbe, operation: Operation): boolean {
  const keys = payloadKeys[operation];
  if (keys === undefined) return true;
  return keys.some((key) => {
    const kind = probe.last(key)?.kind;
    return kind !== undefined && kind !== 'null';
  });
}

function readAnswerUsage(
  probe: JsonProbe,
  small: JsonObject,
  context: AnswerContext,
): Usage | undefined {
  const { dialect, operation, estimatedPromptTokens } = context;
  if (operation === 'responses')
    return readResponsesUsage({ ...small, ...readSearchItems(probe) }, dialect);
  if (operation === 'interaction') return readInteractionUsage(small);
  if (dialect.readUsage !== undefined) return dialect.readUsage(small);
  const outputKind = operation.startsWith('image-')
    ? 'image'
    : operation === 'speech'
      ? 'audio'
      : 'text';
  return readUsage(small, { outputKind, estimatedPromptTokens });
}

function readDuration(duration: unknown): number | undefined {
  const seconds = typeof duration === 'string' ? Number(duration) : duration;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
    ? seconds
    : undefined;
}

/** Pictures are items of a list that is too large to parse: each has exactly one of these members. */
function countImages(probe: JsonProbe, operation: Operation): number {
  if (!operation.startsWith('image-')) return 0;
  const list = probe.last('data') ?? probe.last('images');
  if (list?.kind !== 'array') return 0;
  const items = probe.body.subarray(list.valueStart, list.valueEnd);
  return countOf(items, '"b64_json"') || countOf(items, '"url"');
}

/** Quotes inside values are escaped, so a quoted name is a member, or a value equal to it (no picture is). */
function countOf(bytes: Buffer, name: string): number {
  let count = 0;
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + name.length)) count++;
  return count;
}

function readGeneratedText(value: unknown): string {
  const body = asObject(value) ?? {};
  const pieces: string[] = [];
  for (const choice of asArray(body['choices']).map(asObject)) {
    pieces.push(asText(choice?.['text']) ?? '', ...messageTexts(asObject(choice?.['message'])));
  }
  for (const item of asArray(body['output']).map(asObject)) pieces.push(...itemTexts(item));
  pieces.push(asText(body['text']) ?? '');
  return pieces.join('');
}

function messageTexts(message: JsonObject | undefined): string[] {
  if (message === undefined) return [];
  const calls = [...asArray(message['tool_calls']), { function: message['function_call'] }];
  return [
    asText(message['reasoning_content']) ?? asText(message['reasoning']) ?? '',
    ...partTexts(message['content']),
    asText(message['refusal']) ?? '',
    ...calls.flatMap((call) => {
      const called = asObject(asObject(call)?.['function']) ?? asObject(asObject(call)?.['custom']);
      return [called?.['name'], called?.['arguments'], called?.['input']].map(
        (text) => asText(text) ?? '',
      );
    }),
  ];
}

function itemTexts(item: JsonObject | undefined): string[] {
  return [
    ...partTexts(item?.['summary']),
    ...partTexts(item?.['content']),
    ...[item?.['name'], item?.['arguments'], item?.['input']].map((text) => asText(text) ?? ''),
  ];
}

function partTexts(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return asArray(content).flatMap((part) => {
    const { text, refusal, thinking } = asObject(part) ?? {};
    return [asText(text) ?? '', asText(refusal) ?? '', ...partTexts(thinking)];
  });
}
