import type { StreamEvent, UpstreamError } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type { StreamDecoder } from '../../translation.ts';
import { truncatedStream } from '../../translate/truncated-stream.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { CandidateDecoder } from './candidate-decoder.ts';
import { traitsOf } from './chat-traits.ts';
import { readChatUsage } from './decode-response.ts';
import { readChunkError, readWordError } from './read-chunk-error.ts';
import { readSources, type SearchSource } from './search-sources.ts';

/** Decodes the chunks of a chat stream, and the oddities of its vendors. */
export class ChatStreamDecoder implements StreamDecoder {
  readonly #dialect: Dialect;
  readonly #candidates = new Map<number, CandidateDecoder>();
  #hasStarted = false;
  #isDone = false;
  #hasTags = false;
  #serviceTier: string | undefined;
  #fingerprint: string | undefined;
  #sources: readonly SearchSource[] = [];

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(frame: SseFrame): readonly StreamEvent[] {
    if (this.#isDone || frame.data === undefined) return [];
    if (frame.data.trim() === '[DONE]') return this.#finish();
    const chunk = asObject(parseJson(frame.data));
    if (chunk === undefined) {
      const failure = readWordError(frame, this.#dialect);
      return failure === undefined
        ? [{ type: 'raw', family: 'openai-chat', data: frame.data }]
        : this.#fail(failure);
    }
    const error = readChunkError(frame, chunk, this.#dialect);
    if (error !== undefined) return this.#fail(error);
    return this.#takeChunk(chunk);
  }

  end(): readonly StreamEvent[] {
    if (this.#isDone) return [];
    const isWhole = [...this.#candidates.values()].some(({ finish }) => finish !== undefined);
    return isWhole ? this.#finish() : this.#fail(truncatedStream);
  }

  #takeChunk(chunk: JsonObject): StreamEvent[] {
    const events = [...this.#start(chunk), ...this.#about(chunk)];
    const sources = readSources(chunk);
    if (sources.length > 0) this.#sources = sources;
    // MiniMax closes with the whole answer once more.
    const isRepetition =
      chunk['object'] === 'chat.completion' &&
      [...this.#candidates.values()].some(({ hasSaid }) => hasSaid);
    if (!isRepetition) {
      asArray(chunk['choices']).forEach((value, place) => {
        const choice = asObject(value);
        if (choice === undefined) return;
        events.push(...this.#candidateOf(choice, place).push(choice, this.#sources));
      });
    }
    const usage = readChatUsage(chunk, this.#dialect);
    if (usage !== undefined)
      events.push({ type: 'usage', usage, ...usageOriginOf('openai-chat', chunk['usage']) });
    return events;
  }

  #start(chunk: JsonObject): StreamEvent[] {
    if (this.#hasStarted) return [];
    // Azure's first frame only says what its filters found in the prompt.
    if (asArray(chunk['choices']).length === 0 && asText(chunk['id']) === undefined) return [];
    this.#hasStarted = true;
    const model = asText(chunk['model']) ?? '';
    this.#hasTags = traitsOf(this.#dialect, model).thinkTags === true;
    const createdAt = typeof chunk['created'] === 'number' ? chunk['created'] : 0;
    return [{ type: 'start', id: asText(chunk['id']) ?? '', model, createdAt }];
  }

  #about(chunk: JsonObject): StreamEvent[] {
    const serviceTier = asText(chunk['service_tier']);
    const fingerprint = asText(chunk['system_fingerprint']);
    const isNews =
      (serviceTier !== undefined && serviceTier !== this.#serviceTier) ||
      (fingerprint !== undefined && fingerprint !== this.#fingerprint);
    if (!isNews || !this.#hasStarted) return [];
    this.#serviceTier = serviceTier ?? this.#serviceTier;
    this.#fingerprint = fingerprint ?? this.#fingerprint;
    return [
      {
        type: 'about',
        ...(serviceTier !== undefined && { serviceTier }),
        ...(fingerprint !== undefined && { fingerprint }),
      },
    ];
  }

  #candidateOf(choice: JsonObject, place: number): CandidateDecoder {
    const index = typeof choice['index'] === 'number' ? choice['index'] : place;
    let found = this.#candidates.get(index);
    if (found === undefined) {
      found = new CandidateDecoder(index, this.#hasTags);
      this.#candidates.set(index, found);
    }
    return found;
  }

  /** The terminal marker came. Choices that said something but never how they ended just ended. */
  #finish(): StreamEvent[] {
    this.#isDone = true;
    if (this.#candidates.size === 0) return [{ type: 'error', error: truncatedStream }, done];
    const events = [...this.#candidates.values()].flatMap((candidate) => [
      ...candidate.end({ reason: 'stop' }),
    ]);
    return [...events, done];
  }

  #fail(error: UpstreamError): StreamEvent[] {
    this.#isDone = true;
    return [{ type: 'error', error }, done];
  }
}

const done: StreamEvent = { type: 'done' };
