import { randomUUID } from 'node:crypto';
import type { StreamEvent, UpstreamError } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type { StreamDecoder } from '../../translation.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { CandidateDecoder } from './candidate-decoder.ts';
import { readGeminiErrorValue } from './read-error.ts';
import { readGeminiUsage } from './usage.ts';

/** Decodes a stream of `GenerateContentResponse`, each of which carries what is new. */
export function createGeminiStreamDecoder(dialect: Dialect): StreamDecoder {
  return new GeminiStreamDecoder(dialect);
}

/** The decoder of streams, and of whole answers as streams of one frame. */
export class GeminiStreamDecoder implements StreamDecoder {
  readonly #dialect: Dialect;
  readonly #candidates = new Map<number, CandidateDecoder>();
  #seed: string | undefined;
  #blockReason: string | undefined;
  #isDone = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(frame: SseFrame): readonly StreamEvent[] {
    if (this.#isDone || frame.data === undefined || frame.data.trim() === '[DONE]') return [];
    const value = parseJson(frame.data);
    const error = readGeminiErrorValue(value, 200, this.#dialect);
    if (error !== undefined) return this.#fail(error);
    const body = asObject(value);
    return body === undefined ? this.#fail(unreadable) : this.take(body);
  }

  /**
   * Google sends no terminal marker: the connection's end is it.
   *
   * @param form a whole answer without a reason to finish was not cut: its upstream just gave none
   */
  end(form: 'stream' | 'whole' = 'stream'): readonly StreamEvent[] {
    if (this.#isDone) return [];
    const candidates = [...this.#candidates.values()];
    if (candidates.length === 0 && this.#blockReason !== undefined) {
      this.#isDone = true;
      return [blocked(this.#blockReason), { type: 'done' }];
    }
    const isCut = form === 'stream' && candidates.some((candidate) => !candidate.hasFinish);
    if (candidates.length === 0 || isCut) {
      const closed = candidates.flatMap((candidate) => candidate.close());
      return [...closed, ...this.#fail(truncated)];
    }
    this.#isDone = true;
    const events = candidates.flatMap((candidate) => candidate.end());
    return [...events, ...candidates.map((candidate) => candidate.finish()), { type: 'done' }];
  }

  /** Takes one `GenerateContentResponse`. */
  take(body: JsonObject): StreamEvent[] {
    const events = this.#begin(body);
    for (const [at, value] of asArray(body['candidates']).entries()) {
      const candidate = asObject(value);
      if (candidate === undefined) continue;
      const { index } = candidate;
      events.push(...this.#decoderOf(typeof index === 'number' ? index : at).push(candidate));
    }
    events.push(...this.#readAbout(body));
    const usage = (this.#dialect.readUsage ?? readGeminiUsage)(body);
    if (usage !== undefined)
      events.push({ type: 'usage', usage, ...usageOriginOf('gemini', body['usageMetadata']) });
    return events;
  }

  #begin(body: JsonObject): StreamEvent[] {
    if (this.#seed !== undefined) return [];
    this.#seed = asText(body['responseId']) ?? randomUUID();
    const created = Date.parse(asText(body['createTime']) ?? '');
    return [
      {
        type: 'start',
        id: this.#seed,
        model: asText(body['modelVersion']) ?? '',
        createdAt: Math.floor((Number.isNaN(created) ? Date.now() : created) / 1000),
      },
    ];
  }

  #decoderOf(index: number): CandidateDecoder {
    let found = this.#candidates.get(index);
    if (found === undefined) {
      found = new CandidateDecoder(index, this.#seed ?? '');
      this.#candidates.set(index, found);
    }
    return found;
  }

  #readAbout(body: JsonObject): StreamEvent[] {
    const promptFeedback = asObject(body['promptFeedback']);
    this.#blockReason = asText(promptFeedback?.['blockReason']) ?? this.#blockReason;
    const tier = asText(asObject(body['usageMetadata'])?.['serviceTier']);
    if (promptFeedback === undefined && tier === undefined) return [];
    return [
      {
        type: 'about',
        ...(promptFeedback !== undefined && { promptFeedback }),
        ...(tier !== undefined && { serviceTier: tier }),
      },
    ];
  }

  #fail(error: UpstreamError): StreamEvent[] {
    this.#isDone = true;
    return [{ type: 'error', error }, { type: 'done' }];
  }
}

/** The prompt was refused: an answer without words, not an error. */
function blocked(raw: string): StreamEvent {
  return { type: 'finish', candidate: 0, finish: { reason: 'content-filter', raw } };
}

const unreadable: UpstreamError = {
  status: 502,
  message: 'The upstream sent an event that is no JSON.',
  type: 'upstream_error',
  code: 'bad_upstream_response',
  param: null,
  isUnreadable: true,
};

const truncated: UpstreamError = {
  status: 502,
  message: 'The upstream ended its stream before the answer was finished.',
  type: 'upstream_error',
  code: 'upstream_stream_truncated',
  param: null,
  isUnreadable: false,
};
