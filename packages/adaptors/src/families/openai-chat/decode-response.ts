import {
  errors,
  type Annotation,
  type Candidate,
  type CanonicalResponse,
  type JsonRecord,
  type Part,
  type Usage,
} from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { placeholderCallId } from '../../translate/call-ids.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { traitsOf } from './chat-traits.ts';
import {
  readAnnotations,
  readArguments,
  readCallState,
  readImages,
  readThoughts,
  readWords,
} from './decode-answer-parts.ts';
import { ExecutedTools } from './executed-tools.ts';
import { readFinish } from './finish-reasons.ts';
import { readUsage } from './read-usage.ts';
import { readSources, SourcePlacer, type SearchSource } from './search-sources.ts';
import { SpokenAudio } from './spoken-audio.ts';
import { ThinkTagSplitter, type TaggedText } from './think-tags.ts';

/**
 * Reads a whole chat completion. It equals the fold of the same answer's stream.
 *
 * @throws `bad_upstream_response` where the body is none
 */
export function decodeChatResponse(body: JsonRecord, dialect: Dialect): CanonicalResponse {
  if (!Array.isArray(body['choices'])) throw errors.badUpstreamResponse();
  const model = asText(body['model']) ?? '';
  const hasTags = traitsOf(dialect, model).thinkTags === true;
  const sources = readSources(body);
  return defined({
    id: asText(body['id']) ?? '',
    model,
    createdAt: typeof body['created'] === 'number' ? body['created'] : 0,
    candidates: asArray(body['choices']).flatMap((value, place) => {
      const choice = asObject(value);
      return choice === undefined ? [] : [decodeChoice(choice, place, { hasTags, sources })];
    }),
    ...readFigures(body, dialect),
    serviceTier: asText(body['service_tier']),
    fingerprint: asText(body['system_fingerprint']),
    extras: {},
    losses: [],
  });
}

function readFigures(
  body: JsonRecord,
  dialect: Dialect,
): Pick<CanonicalResponse, 'usage' | 'usageOrigin'> {
  const usage = readChatUsage(body, dialect);
  return usage === undefined ? {} : { usage, ...usageOriginOf('openai-chat', body['usage']) };
}

export function readChatUsage(body: JsonRecord, dialect: Dialect): Usage | undefined {
  return dialect.readUsage === undefined ? readUsage(body) : dialect.readUsage(body);
}

/** What is said of all choices. */
interface MessageContext {
  hasTags: boolean;
  sources: readonly SearchSource[];
}

function decodeChoice(choice: JsonObject, place: number, context: MessageContext): Candidate {
  const message = asObject(choice['message']) ?? {};
  const parts = decodeMessage(message, context);
  const hasCalls = parts.some((part) => part.kind === 'tool-call' && part.tool !== 'hosted');
  const isRefused = parts.some(({ kind }) => kind === 'refusal');
  const finish = correctFinish(readFinish(choice['finish_reason']) ?? { reason: 'stop' }, hasCalls);
  return defined({
    index: typeof choice['index'] === 'number' ? choice['index'] : place,
    parts,
    finish:
      isRefused && finish.reason === 'stop' ? { ...finish, reason: 'refusal' as const } : finish,
    logprobs: asObject(choice['logprobs']),
  });
}

function decodeMessage(message: JsonObject, { hasTags, sources }: MessageContext): Part[] {
  const thoughts = readThoughts(message);
  const words = readWords(message['content']);
  const split: readonly TaggedText[] = hasTags
    ? splitTags(words.text)
    : [{ isThought: false, text: words.text }];
  const thought = thoughts.text + words.thoughts + join(split, true);
  const text = join(split, false);
  const refusal = asText(message['refusal']);
  const own = readAnnotations(message['annotations']);
  const annotations = own.length > 0 || text === '' ? own : placeSources(sources, text);
  const parts: Part[] = [];
  if (thought !== '' || thoughts.state.length > 0) {
    parts.push({
      kind: 'reasoning',
      ...(thought !== '' && { text: thought }),
      ...(thoughts.state.length > 0 && { state: thoughts.state }),
    });
  }
  const executed = new ExecutedTools();
  parts.push(...executed.take(message['executed_tools']), ...executed.rest());
  if (text !== '' || annotations.length > 0) {
    parts.push({ kind: 'text', text, ...(annotations.length > 0 && { annotations }) });
  }
  if (refusal !== undefined) parts.push({ kind: 'refusal', text: refusal });
  parts.push(...decodeAudio(asObject(message['audio'])), ...readImages(message['images']));
  const calls = [...asArray(message['tool_calls'])];
  if (asObject(message['function_call']) !== undefined) {
    calls.push({ function: message['function_call'] });
  }
  parts.push(...calls.flatMap((call, index) => decodeCall(asObject(call), index)));
  return parts;
}

function placeSources(sources: readonly SearchSource[], text: string): Annotation[] {
  const placer = new SourcePlacer();
  return [...placer.place(sources, text), ...placer.rest(sources)];
}

function splitTags(text: string): readonly TaggedText[] {
  const splitter = new ThinkTagSplitter();
  return [...splitter.push(text), ...splitter.end()];
}

function join(pieces: readonly TaggedText[], isThought: boolean): string {
  return pieces
    .filter((piece) => piece.isThought === isThought)
    .map(({ text }) => text)
    .join('');
}

function decodeAudio(audio: JsonObject | undefined): Part[] {
  if (audio === undefined) return [];
  const spoken = new SpokenAudio();
  spoken.push(audio);
  const part = spoken.part();
  return part === undefined ? [] : [part];
}

function decodeCall(call: JsonObject | undefined, index: number): Part[] {
  const custom = asObject(call?.['custom']);
  const called = asObject(call?.['function']) ?? custom;
  const name = asText(called?.['name']);
  if (call === undefined || called === undefined || name === undefined) return [];
  const state = readCallState(call);
  const input = readArguments(called['arguments'] ?? called['input']);
  return [
    {
      kind: 'tool-call',
      callId: asText(call['id']) ?? placeholderCallId(name, index),
      name,
      ...(custom === undefined
        ? { tool: 'function', argumentsJson: input }
        : { tool: 'custom', input }),
      ...(state !== undefined && { state: [state] }),
    },
  ];
}
