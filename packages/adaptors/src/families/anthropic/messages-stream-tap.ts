import type { Usage } from '@turnpike/core';
import type { Dialect, StreamFacts, StreamTap } from '../../codec.ts';
import { asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { SseTap, type FrameReading, type StreamGrammar } from '../../wire/sse-tap.ts';
import { readUsageOf } from './decode-response.ts';
import { readMessagesStreamError, typeOfEvent } from './read-error.ts';
import { mergeUsage } from './read-usage.ts';
import { secondMessage } from './second-message.ts';
import { writeEvent } from './write-event.ts';

/** A token of text is some four bytes. */
const bytesPerToken = 4;

/** Watches streamed messages on the byte plane. */
export class MessagesStreamTap implements StreamTap {
  readonly #grammar: MessagesGrammar;
  readonly #tap: SseTap;
  readonly facts: StreamFacts;

  constructor(dialect: Dialect) {
    this.#grammar = new MessagesGrammar(dialect);
    this.#tap = new SseTap(this.#grammar);
    this.facts = this.#tap.facts;
  }

  push(chunk: Buffer): readonly Buffer[] {
    return this.#tap.push(chunk);
  }

  end(): readonly Buffer[] {
    return this.#tap.end();
  }

  flushHeld(): readonly Buffer[] {
    return this.#tap.flushHeld();
  }

  terminal(): Buffer {
    return this.#tap.terminal();
  }

  generatedText(): string {
    return this.#tap.generatedText();
  }

  /** The open block is closed, and the message ends as one that reached its limit. */
  budgetCut(): Buffer {
    const { openBlock: index } = this.#grammar;
    const tokens = Math.ceil((this.facts.generatedBytes ?? 0) / bytesPerToken);
    return Buffer.concat([
      ...(index === undefined ? [] : [writeEvent('content_block_stop', { index })]),
      writeEvent('message_delta', {
        delta: { stop_reason: 'max_tokens', stop_sequence: null },
        usage: { output_tokens: tokens },
      }),
      writeEvent('message_stop', {}),
    ]);
  }
}

class MessagesGrammar implements StreamGrammar {
  readonly #dialect: Dialect;
  readonly textStart = /"(text|thinking|partial_json|name)"\s*:\s*"/g;
  readonly finish = /"stop_reason"\s*:\s*"([^"\\]+)"/g;
  readonly terminal = writeEvent('message_stop', {});
  #usage: JsonObject = {};
  #id: string | undefined;
  openBlock: number | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** All events but deltas of blocks, which are nearly all there are. */
  isNotable(frames: string): boolean {
    return (
      frames.includes('message_') ||
      frames.includes('_block_st') ||
      frames.includes('"error"') ||
      frames.includes('[DONE]')
    );
  }

  isSurelyContent(start: string): boolean {
    return contentDelta.test(start);
  }

  read({
    data,
    event: name,
  }: {
    data: string | undefined;
    event: string | undefined;
  }): FrameReading {
    // Some vendors close as chat streams do; this protocol does not.
    if (data?.trim() === '[DONE]') return { verdict: 'withhold' };
    const event = data === undefined ? undefined : asObject(parseJson(data));
    if (event === undefined) return { verdict: data === undefined ? 'forward' : 'meaningful' };
    switch (typeOfEvent(event, name)) {
      case 'message_start':
        return this.#readStart(asObject(event['message']) ?? {});
      case 'message_delta':
        return this.#readUsage('meaningful', event['usage']);
      case 'message_stop':
        return { verdict: 'terminal' };
      case 'content_block_start':
        this.openBlock = indexOf(event);
        return { verdict: isEmptyStart(event) ? 'forward' : 'meaningful' };
      case 'content_block_stop':
        this.openBlock = undefined;
        return { verdict: 'forward' };
      case 'ping':
        return { verdict: 'forward' };
      case 'error':
        return { verdict: 'withhold', error: readMessagesStreamError(event, this.#dialect) };
      default:
        return { verdict: 'meaningful' };
    }
  }

  /** SDKs take a second start for a second message, and fail. */
  #readStart(message: JsonObject): FrameReading {
    const id = asText(message['id']) ?? '';
    if (this.#id === id) return { verdict: 'withhold' };
    if (this.#id !== undefined) return { verdict: 'withhold', error: secondMessage };
    this.#id = id;
    return this.#readUsage('forward', message['usage']);
  }

  #readUsage(verdict: FrameReading['verdict'], usage: unknown): FrameReading {
    this.#usage = mergeUsage(this.#usage, usage);
    const merged = { usage: this.#usage };
    return { verdict, usage: (): Usage | undefined => readUsageOf(merged, this.#dialect) };
  }
}

const contentDelta = /"type"\s*:\s*"content_block_delta"/;

function indexOf({ index }: JsonObject): number | undefined {
  return typeof index === 'number' ? index : undefined;
}

/** Text and thoughts begin empty; a call has said its name. */
function isEmptyStart(event: JsonObject): boolean {
  const block = asObject(event['content_block']);
  const { type, text, thinking } = block ?? {};
  return (
    (type === 'text' || type === 'thinking') &&
    asText(text) === undefined &&
    asText(thinking) === undefined
  );
}
