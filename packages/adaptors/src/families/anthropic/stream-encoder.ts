import { errors, type Finish, type Loss, type StreamEvent } from '@turnpike/core';
import type { StreamEncoder, TranslationContext } from '../../translation.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { estimatePrompt } from '../../translate/estimate-prompt.ts';
import { LossList } from '../../translate/loss-list.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { BlockWriter, type BlockContext, type PartEvent } from './block-writer.ts';
import { encodeStop, toMessageId } from './encode-response.ts';
import { encodeDeltaUsage, encodeMessagesUsage, type Figures } from './encode-usage.ts';
import { isLatestVersion } from './version.ts';
import { writeEvent } from './write-event.ts';

/** Most that may wait behind an open block; see the class. */
const largestQueueBytes = 4 * 1024 * 1024;

/**
 * Writes events as a stream of the Messages API. Its blocks come one after the other: SDKs append a block on each start and
 * then go by its place, so that an index left out loses text without a word. What is said in other parts meanwhile waits
 * in order until the open one is closed.
 */
export class MessagesStreamEncoder implements StreamEncoder {
  readonly #context: TranslationContext;
  readonly #isLatest: boolean;
  readonly #losses = new LossList();
  readonly #blocks: BlockContext;
  #output: Buffer[] = [];
  #hasStarted = false;
  #live: { part: number; writer: BlockWriter } | undefined;
  /** Events of parts that wait, in the order in which these began. */
  readonly #waiting = new Map<number, PartEvent[]>();
  #waitingBytes = 0;
  #nextIndex = 0;
  #hasCalls = false;
  #finish: Finish = { reason: 'stop' };
  #figures: Figures = {};

  constructor(context: TranslationContext) {
    this.#context = context;
    this.#isLatest = isLatestVersion(context.path);
    this.#blocks = {
      isLatest: this.#isLatest,
      seal: context.seal,
      losses: this.#losses,
      write: this.#write,
      nextIndex: () => this.#nextIndex++,
    };
  }

  get losses(): readonly Loss[] {
    return this.#losses.losses;
  }

  push(event: StreamEvent): readonly Buffer[] {
    this.#output = [];
    switch (event.type) {
      case 'start':
        this.#figures = event;
        this.#start(event.id);
        break;
      case 'part':
      case 'text':
      case 'arguments':
      case 'bytes':
      case 'state':
      case 'annotation':
      case 'end':
        this.#start('');
        this.#takePart(event);
        break;
      case 'usage':
        this.#figures = event;
        break;
      case 'finish':
        this.#start('');
        if (event.candidate === 0) this.#finish = event.finish;
        break;
      case 'ping':
        if (this.#hasStarted) this.#write('ping', {});
        break;
      case 'about':
      case 'raw':
      case 'error':
      case 'done':
        break;
    }
    return this.#output;
  }

  terminal(): Buffer {
    this.#output = [];
    this.#start('');
    const stop = encodeStop(correctFinish(this.#finish, this.#hasCalls), this.#isLatest);
    const delta = this.#isLatest ? { ...stop, container: null } : stop;
    const usage = encodeDeltaUsage(this.#figures, this.#isLatest);
    this.#write('message_delta', { delta, usage });
    this.#write('message_stop', {});
    return Buffer.concat(this.#output);
  }

  /** The figures of the prompt are a guess where the upstream gives them at the end. */
  #start(id: string): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const usage = encodeMessagesUsage(this.#figures, this.#isLatest);
    this.#write('message_start', {
      message: {
        id: toMessageId(id, this.#context.requestId),
        type: 'message',
        role: 'assistant',
        model: this.#context.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        ...(this.#isLatest && { container: null, diagnostics: null, stop_details: null }),
        usage:
          this.#figures.usage === undefined
            ? { ...usage, input_tokens: estimatePrompt(this.#context.request) }
            : usage,
      },
    });
    this.#write('ping', {});
  }

  #takePart(event: PartEvent): void {
    if (event.candidate !== 0) {
      if (event.type === 'part') {
        this.#losses.add(
          'fatal',
          'dropped',
          'answer.candidates',
          'one answer only has a place here',
        );
      }
      return;
    }
    if (
      event.type === 'part' &&
      event.header.kind === 'tool-call' &&
      event.header.tool !== 'hosted'
    ) {
      this.#hasCalls = true;
    }
    const isLive =
      this.#live === undefined ? event.type === 'part' : this.#live.part === event.part;
    if (isLive) this.#takeLive(event);
    else this.#queue(event);
  }

  #takeLive(event: PartEvent): void {
    if (event.type === 'part') {
      this.#live = { part: event.part, writer: new BlockWriter(event.header, this.#blocks) };
    } else if (event.type === 'end') {
      this.#live?.writer.end(event.final);
      this.#live = undefined;
      this.#releaseNext();
    } else this.#live?.writer.push(event);
  }

  #queue(event: PartEvent): void {
    const waiting = this.#waiting.get(event.part);
    if (waiting !== undefined) waiting.push(event);
    else if (event.type === 'part') this.#waiting.set(event.part, [event]);
    this.#waitingBytes += sizeOf(event);
    if (this.#waitingBytes > largestQueueBytes) throw errors.badUpstreamResponse();
  }

  /** The part that waits longest is written as far as it has come. */
  #releaseNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [part, events] = next;
    this.#waiting.delete(part);
    for (const event of events) {
      this.#waitingBytes -= sizeOf(event);
      this.#takeLive(event);
    }
  }

  #write = (type: string, members: JsonObject): void => {
    this.#output.push(writeEvent(type, members));
  };
}

function sizeOf(event: PartEvent): number {
  return 'delta' in event ? event.delta.length : 0;
}
