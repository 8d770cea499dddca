import type { JsonRecord, StreamEvent, UpstreamError } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type { StreamDecoder } from '../../translation.ts';
import { truncatedStream } from '../../translate/truncated-stream.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { asObject, asObjects, asText, parseJson } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { unknownFailure } from '../unknown-failure.ts';
import { readErrorValue } from '../openai-chat/read-error.ts';
import { decodeFinish, decodeOutputItem } from './decode-output.ts';
import { stringOf } from './decode-content.ts';
import { ItemDecoder } from './item-decoder.ts';
import { readResponsesUsage } from './read-usage.ts';

/** Decodes the typed events of this protocol. */
export class ResponsesStreamDecoder implements StreamDecoder {
  readonly #dialect: Dialect;
  readonly #items = new Map<number, ItemDecoder>();
  #parts = 0;
  #isStarted = false;
  #isOver = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  push({ data, event: name }: SseFrame): readonly StreamEvent[] {
    // Some vendors close as chat streams do.
    if (this.#isOver || data === undefined || data.trim() === '[DONE]') return [];
    const event = asObject(parseJson(data));
    if (event === undefined) return this.#fail(unreadableEvent);
    const type = asText(event['type']) ?? name ?? '';
    if (type === 'error' || type === 'response.failed' || asObject(event['error']) !== undefined) {
      return this.#fail(readErrorValue(event, 200, this.#dialect) ?? unknownFailure);
    }
    const events = this.#read(type, event, data);
    const isHead = events[0]?.type === 'start';
    return events.length === 0 || isHead ? events : [...this.#start({}), ...events];
  }

  end(): readonly StreamEvent[] {
    return this.#isOver ? [] : this.#fail(truncatedStream);
  }

  #read(type: string, event: JsonRecord, data: string): StreamEvent[] {
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.#start(asObject(event['response']) ?? {});
      case 'response.completed':
      case 'response.incomplete':
        return this.#complete(asObject(event['response']) ?? {}, type);
      case 'response.output_item.added': {
        const item = asObject(event['item']) ?? {};
        return this.#item(event, item).announce(item);
      }
      case 'response.output_item.done': {
        const item = asObject(event['item']) ?? {};
        return this.#item(event, item).finish(item);
      }
      default:
        return this.#readPiece(type, event) ?? this.#pass(type, data);
    }
  }

  /** Undefined for events that say nothing of the answer's own words. */
  #readPiece(type: string, event: JsonRecord): StreamEvent[] | undefined {
    const delta = stringOf(event['delta']);
    const content = `content/${String(event['content_index'] ?? 0)}`;
    const summary = `summary/${String(event['summary_index'] ?? 0)}`;
    switch (type) {
      case 'response.output_text.delta': {
        const item = this.#item(event, { type: 'message' });
        return item.say(content, item.contentHeader('text'), delta, event['logprobs']);
      }
      case 'response.refusal.delta': {
        const item = this.#item(event, { type: 'message' });
        return item.say(content, item.contentHeader('refusal'), delta);
      }
      case 'response.output_text.annotation.added': {
        const annotation = asObject(event['annotation']);
        const item = this.#item(event, { type: 'message' });
        return annotation === undefined ? [] : item.annotate(content, annotation);
      }
      case 'response.content_part.done':
        return this.#closePart(event, content);
      case 'response.reasoning_text.delta':
      case 'response.reasoning_summary_text.delta': {
        const form = type === 'response.reasoning_text.delta' ? 'text' : 'summary';
        const item = this.#item(event, { type: 'reasoning' });
        const key = form === 'text' ? content : summary;
        return item.say(key, item.reasoningHeader(form), delta);
      }
      case 'response.reasoning_summary_part.done':
        return this.#item(event, { type: 'reasoning' }).closeParagraph(summary);
      case 'response.function_call_arguments.delta':
        return this.#sayArguments(event, 'function_call', delta);
      case 'response.custom_tool_call_input.delta':
        return this.#sayArguments(event, 'custom_tool_call', delta);
      case 'response.content_part.added':
      case 'response.output_text.done':
      case 'response.refusal.done':
      case 'response.reasoning_text.done':
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_text.done':
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        return [];
      default:
        return undefined;
    }
  }

  #sayArguments(event: JsonRecord, type: string, delta: string): StreamEvent[] {
    const item = this.#item(event, { type });
    const header = item.callHeader();
    return header === undefined ? [] : item.say('call', header, delta);
  }

  #closePart(event: JsonRecord, key: string): StreamEvent[] {
    const part = asObject(event['part']) ?? {};
    const isThought = part['type'] === 'reasoning_text';
    const item = this.#item(event, { type: isThought ? 'reasoning' : 'message' });
    return isThought ? item.closeParagraph(key) : item.closeContent(key, part);
  }

  /** What an event belongs to; an item that was never announced begins with what is said of it first. */
  #item(event: JsonRecord, fallback: JsonRecord): ItemDecoder {
    const at = event['output_index'];
    const index = typeof at === 'number' ? at : 0;
    let item = this.#items.get(index);
    if (item === undefined) {
      const id = asText(event['item_id']);
      item = new ItemDecoder({ ...(id !== undefined && { id }), ...fallback }, () => this.#parts++);
      this.#items.set(index, item);
    }
    return item;
  }

  /** An item of the last event. Indices have gaps where an upstream left something out at the end, so its id counts. */
  #itemAsTold(item: JsonRecord, index: number): ItemDecoder {
    const id = asText(item['id']);
    const streamed = this.#items.get(index);
    if (streamed !== undefined && (id === undefined || streamed.id === undefined)) return streamed;
    const told = [...this.#items.values()].find((candidate) => candidate.id === id);
    return told ?? new ItemDecoder(item, () => this.#parts++);
  }

  #pass(type: string, data: string): StreamEvent[] {
    return [{ type: 'raw', family: 'openai-responses', event: type, data }];
  }

  #start(response: JsonRecord): StreamEvent[] {
    if (this.#isStarted) return [];
    this.#isStarted = true;
    const createdAt = response['created_at'];
    return [
      {
        type: 'start',
        id: stringOf(response['id']),
        model: stringOf(response['model']),
        createdAt: typeof createdAt === 'number' ? Math.floor(createdAt) : 0,
      },
    ];
  }

  #complete(response: JsonRecord, type: string): StreamEvent[] {
    this.#isOver = true;
    const events = this.#start(response);
    const output = asObjects(response['output']);
    // Some upstreams tell only here what they have to say.
    output.forEach((item, index) => {
      events.push(...this.#itemAsTold(item, index).finish(item));
    });
    for (const item of this.#items.values()) events.push(...item.close());
    const status = asText(response['status']) ?? type.slice('response.'.length);
    const serviceTier = asText(response['service_tier']);
    const usage = readResponsesUsage(response, this.#dialect);
    const finish = decodeFinish({ ...response, status }, output.flatMap(decodeOutputItem));
    if (serviceTier !== undefined) events.push({ type: 'about', serviceTier });
    events.push({ type: 'finish', candidate: 0, finish });
    if (usage !== undefined)
      events.push({
        type: 'usage',
        usage,
        ...usageOriginOf('openai-responses', response['usage']),
      });
    return [...events, { type: 'done' }];
  }

  #fail(error: UpstreamError): StreamEvent[] {
    this.#isOver = true;
    const closed = [...this.#items.values()].flatMap((item) => item.close());
    return [...this.#start({}), ...closed, { type: 'error', error }, { type: 'done' }];
  }
}

const unreadableEvent: UpstreamError = {
  ...unknownFailure,
  status: 502,
  message: 'The upstream sent an event that is no JSON object.',
  isUnreadable: true,
};
