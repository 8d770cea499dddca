import type { StreamEvent, UpstreamError } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type { StreamDecoder } from '../../translation.ts';
import { truncatedStream } from '../../translate/truncated-stream.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { BlockDecoder } from './block-decoder.ts';
import { decodeFinish, readUsageOf } from './decode-response.ts';
import { readMessagesStreamError, typeOfEvent } from './read-error.ts';
import { mergeUsage } from './read-usage.ts';
import { secondMessage } from './second-message.ts';

/** Decodes the events of a streamed message. Its blocks say themselves where they begin and end. */
export class MessagesStreamDecoder implements StreamDecoder {
  readonly #dialect: Dialect;
  readonly #blocks = new Map<number, BlockDecoder>();
  #nextPart = 0;
  #id: string | undefined;
  #usage: JsonObject = {};
  #hasCalls = false;
  #hasFinish = false;
  #isDone = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push(frame: SseFrame): readonly StreamEvent[] {
    if (this.#isDone || frame.data === undefined) return [];
    const event = asObject(parseJson(frame.data));
    if (event === undefined) return [];
    const type = typeOfEvent(event, frame.event);
    switch (type) {
      case 'message_start':
        return this.#start(asObject(event['message']) ?? {});
      case 'content_block_start':
        return this.#openBlock(event);
      case 'content_block_delta':
        return this.#blockOf(event)?.push(asObject(event['delta']) ?? {}) ?? [];
      case 'content_block_stop':
        return this.#closeBlock(event);
      case 'message_delta':
        return this.#takeDelta(event);
      case 'message_stop':
        return this.#finish();
      case 'ping':
        return [{ type: 'ping' }];
      case 'error':
        return this.#fail(readMessagesStreamError(event, this.#dialect));
      default:
        return [
          {
            type: 'raw',
            family: 'anthropic',
            data: frame.data,
            ...(type !== undefined && { event: type }),
          },
        ];
    }
  }

  end(): readonly StreamEvent[] {
    if (this.#isDone) return [];
    return this.#hasFinish ? this.#finish() : this.#fail(truncatedStream);
  }

  /** Proxies may repeat the start; one with another id is the start of another message, which has no place here. */
  #start(message: JsonObject): StreamEvent[] {
    const id = asText(message['id']) ?? '';
    if (this.#id !== undefined) return this.#id === id ? [] : this.#fail(secondMessage);
    this.#id = id;
    this.#usage = mergeUsage({}, message['usage']);
    const usage = readUsageOf({ usage: this.#usage }, this.#dialect);
    const events: StreamEvent[] = [
      {
        type: 'start',
        id,
        model: asText(message['model']) ?? '',
        createdAt: 0,
        ...(usage !== undefined && { usage, ...usageOriginOf('anthropic', this.#usage) }),
      },
    ];
    const serviceTier = asText(this.#usage['service_tier']);
    if (serviceTier !== undefined) events.push({ type: 'about', serviceTier });
    // Rarely, what was called before is there at once.
    for (const block of asArray(message['content'])) {
      const decoder = new BlockDecoder(this.#nextPart, asObject(block) ?? {});
      events.push(...this.#take(decoder.begin()), ...decoder.end());
      this.#hasCalls ||= decoder.isCall;
    }
    return events;
  }

  #openBlock(event: JsonObject): StreamEvent[] {
    const block = new BlockDecoder(this.#nextPart, asObject(event['content_block']) ?? {});
    const events = this.#take(block.begin());
    if (events.length === 0) return [];
    const before = this.#closeBlock(event);
    this.#blocks.set(indexOf(event), block);
    this.#hasCalls ||= block.isCall;
    return [...before, ...events];
  }

  #take(events: StreamEvent[]): StreamEvent[] {
    if (events.length > 0) this.#nextPart++;
    return events;
  }

  #blockOf(event: JsonObject): BlockDecoder | undefined {
    return this.#blocks.get(indexOf(event));
  }

  #closeBlock(event: JsonObject): StreamEvent[] {
    const block = this.#blockOf(event);
    this.#blocks.delete(indexOf(event));
    return block?.end() ?? [];
  }

  #takeDelta(event: JsonObject): StreamEvent[] {
    this.#usage = mergeUsage(this.#usage, event['usage']);
    const usage = readUsageOf({ usage: this.#usage }, this.#dialect);
    const origin = usageOriginOf('anthropic', this.#usage);
    const events: StreamEvent[] = usage === undefined ? [] : [{ type: 'usage', usage, ...origin }];
    // Bedrock tells at the end which tier it was.
    const serviceTier = asText(asObject(event['usage'])?.['service_tier']);
    if (serviceTier !== undefined) events.push({ type: 'about', serviceTier });
    const delta = asObject(event['delta']) ?? {};
    if (this.#hasFinish || asText(delta['stop_reason']) === undefined) return events;
    this.#hasFinish = true;
    const finish = decodeFinish(delta, this.#hasCalls);
    return [...this.#closeAll(), ...events, { type: 'finish', candidate: 0, finish }];
  }

  #closeAll(): StreamEvent[] {
    const events = [...this.#blocks.values()].flatMap((block) => block.end());
    this.#blocks.clear();
    return events;
  }

  #finish(): StreamEvent[] {
    if (this.#id === undefined) return this.#fail(truncatedStream);
    this.#isDone = true;
    const closed = this.#closeAll();
    if (this.#hasFinish) return [...closed, done];
    const finish = decodeFinish({}, this.#hasCalls);
    return [...closed, { type: 'finish', candidate: 0, finish }, done];
  }

  #fail(error: UpstreamError): StreamEvent[] {
    this.#isDone = true;
    return [{ type: 'error', error }, done];
  }
}

const done: StreamEvent = { type: 'done' };

function indexOf({ index }: JsonObject): number {
  return typeof index === 'number' ? index : 0;
}
