import type { IncomingMessage } from 'node:http';
import type { AnswerSide } from '../pipeline/client-side.ts';
import type { RunName } from './run-records.ts';
import { asObject, parseObject, ResponseEvents, type ResponseObject } from './response-events.ts';

export interface RunParts {
  name: RunName;
  requestId: string;
  request: IncomingMessage;
  startedAt: number;
  /** The response as it is at the beginning. */
  queued: ResponseObject;
  /** Its events are kept for those who follow. */
  isStream: boolean;
  /** Called once, when it is known how it ended. */
  onSettled(run: BackgroundRun): void;
}

/** How a response ends that no upstream ended. */
export type GivenEnd =
  { status: 'cancelled' } | { status: 'failed'; code: string; message: string };

/** Gets an answer in place of a client, who asks for it later. It leaves only when somebody cancels. */
export class BackgroundRun implements AnswerSide {
  readonly name: RunName;
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly door = 'openai';
  readonly startedAt: number;
  readonly isStream: boolean;
  readonly events: ResponseEvents;
  readonly #parts: RunParts;
  readonly #watchers = new Set<() => void>();
  #final: ResponseObject | undefined;
  #isGone = false;
  #onGone: (() => void) | undefined;
  #close: () => void = () => undefined;
  /** Resolves when the request is served and billed. */
  readonly closed: Promise<void>;
  firstByteAt = 0;
  isEventStream = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.requestId = parts.requestId;
    this.request = parts.request;
    this.startedAt = parts.startedAt;
    this.isStream = parts.isStream;
    const { id, created_at, previous_response_id, store, background } = parts.queued;
    const own = { id, created_at, previous_response_id, store, background };
    this.events = new ResponseEvents(own, parts.isStream);
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  set onGone(listener: (() => void) | undefined) {
    this.#onGone = listener;
    if (this.#isGone) listener?.();
  }

  get hasBegun(): boolean {
    return this.firstByteAt !== 0;
  }

  /** The response as it is now. */
  get response(): ResponseObject {
    return this.#final ?? { ...this.#parts.queued, status: 'in_progress' };
  }

  get isOver(): boolean {
    return this.#final !== undefined;
  }

  beginStream(_status: number, _headers: string[], isEventStream: boolean): void {
    this.firstByteAt = Date.now();
    this.isEventStream = isEventStream;
  }

  write(chunk: Buffer): boolean {
    if (this.isOver) return true;
    this.events.push(chunk);
    // What ended it was held back until the bill was safe; so is this.
    this.#wake();
    return true;
  }

  end(last?: Buffer): void {
    if (this.isOver) return;
    if (last !== undefined) this.events.push(last);
    this.#settle(this.events.final ?? failure(undefined));
  }

  sendBody(status: number, _headers: string[], body: Buffer): void {
    if (this.isOver) return;
    this.firstByteAt = Date.now();
    const whole = parseObject(body.toString('utf8'));
    if (whole === undefined) {
      this.end(body); // an answer that came whole was made a stream of
      return;
    }
    const error = asObject(whole['error']);
    const isAnswer = status < 300 && error === undefined;
    this.#settle(isAnswer ? this.events.own(whole) : failure(error));
  }

  destroy(): void {
    if (!this.isOver) this.#settle(failure(undefined));
  }

  /** Ends it here and now; the upstream is left, and what it had said is billed. */
  leave(end: GivenEnd): void {
    if (this.isOver) return;
    this.#settle(end.status === 'failed' ? failure(end) : { status: 'cancelled' });
    this.#isGone = true;
    this.#onGone?.();
  }

  /** The request is served, well or not. */
  close(): void {
    if (!this.isOver) this.#settle(failure(undefined));
    this.#close();
  }

  /** Resolves at the next event, at the end, or after a while. */
  async changed(timeoutMs: number): Promise<void> {
    if (this.isOver) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#watchers.add(done);
    });
  }

  #settle(members: ResponseObject): void {
    const isWhole = members['object'] === 'response';
    this.#final = isWhole ? members : { ...this.#parts.queued, ...members };
    if (this.events.final === undefined || !isWhole) this.events.finish(this.#final);
    this.#parts.onSettled(this);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function failure(error: ResponseObject | undefined): ResponseObject {
  const { code = 'server_error', message = 'The upstream broke off its answer.' } = error ?? {};
  return { status: 'failed', error: { code, message } };
}
