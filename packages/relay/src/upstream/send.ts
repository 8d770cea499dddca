import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { TICK_MS, type Ticker, type Ticking } from '../http/stream-ticker.ts';
import { readAnswerHeaders } from './answer-headers.ts';

export interface UpstreamRequest {
  /** Scheme and host. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Name, value, name, value … */
  headers: string[];
  body: Buffer | Readable;
}

/** Milliseconds; 0: no limit. */
export interface UpstreamTimeouts {
  /** Until the answer's head. */
  headTimeoutMs: number;
  /** Of silence between chunks. */
  idleTimeoutMs: number;
}

/** Why there is no whole answer. `cut`: it had begun. */
export type TransportFailure = 'unreachable' | 'timeout' | 'cut' | 'aborted';

/** What receives an answer. Calls come in this order; after `onEnd` or `onFailure` nothing follows. */
export interface AnswerReceiver {
  onHead(status: number, headers: IncomingHttpHeaders): void;
  onChunk(chunk: Buffer): void;
  onEnd(): void;
  /** @param cause what the system said of the connection, for operators; undefined where it said nothing */
  onFailure(failure: TransportFailure, cause?: string): void;
}

/** A request under way. */
export interface SentRequest {
  pause(): void;
  resume(): void;
  /** Closes the upstream connection; the receiver gets `onFailure('aborted')` unless the answer was over. */
  abort(): void;
}

const timeoutCodes = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** Sends a request over a pool: the only outbound HTTP of the data plane. One small object for each request. */
export function send(
  pool: Dispatcher,
  request: UpstreamRequest,
  timeouts: UpstreamTimeouts,
  receiver: AnswerReceiver,
  ticker: Ticker,
): SentRequest {
  const exchange = new UpstreamExchange(receiver, timeouts, ticker);
  pool.dispatch(
    {
      origin: request.origin,
      path: request.path,
      method: 'POST',
      headers: request.headers,
      body: request.body,
      // Its timers for these cost two objects for each request, which live on for half a second.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    exchange,
  );
  return exchange;
}

/**
 * Speaks undici's older handler protocol, which its clients have inside: for the newer one each request is wrapped, and
 * every header of the answer becomes text.
 */
class UpstreamExchange implements Dispatcher.DispatchHandler, SentRequest, Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  readonly #receiver: AnswerReceiver;
  readonly #timeouts: UpstreamTimeouts;
  readonly #ticker: Ticker;
  /** When something was last sent or heard, as far as the ticker knows. */
  #movedAt: number;
  #abort: ((error: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #isPaused = false;
  #hasHead = false;
  #isAborted = false;
  #isOver = false;

  constructor(receiver: AnswerReceiver, timeouts: UpstreamTimeouts, ticker: Ticker) {
    this.#receiver = receiver;
    this.#timeouts = timeouts;
    this.#ticker = ticker;
    ticker.add(this);
    this.#movedAt = ticker.now;
  }

  /** A call that waits for its upstream longer than it may has failed. While the client does not keep up nobody waits. */
  onTick(now: number): void {
    const { headTimeoutMs, idleTimeoutMs } = this.#timeouts;
    const limit = this.#hasHead ? idleTimeoutMs : headTimeoutMs;
    if (limit === 0 || this.#isPaused || now - this.#movedAt < limit + TICK_MS) return;
    this.#fail('timeout');
    this.#cut();
  }

  onBodySent(): void {
    this.#movedAt = this.#ticker.now;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort;
    if (this.#isAborted) abort(new Error('aborted'));
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    this.#resume = resume;
    if (status < 200) return true; // informational
    this.#hasHead = true;
    this.#movedAt = this.#ticker.now;
    this.#receiver.onHead(status, readAnswerHeaders(headers));
    return !this.#isPaused;
  }

  onData(chunk: Buffer): boolean {
    this.#movedAt = this.#ticker.now;
    if (!this.#isOver) this.#receiver.onChunk(chunk);
    return !this.#isPaused;
  }

  onComplete(): void {
    if (this.#isOver) return;
    this.#end();
    this.#receiver.onEnd();
  }

  onError(error: Error): void {
    this.#fail(this.#classify(error), describe(error));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#movedAt = this.#ticker.now;
    this.#resume?.();
  }

  abort(): void {
    if (!this.#isOver) this.#cut();
  }

  #cut(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#abort?.(new Error('aborted'));
  }

  #fail(failure: TransportFailure, cause?: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#receiver.onFailure(failure, cause);
  }

  #end(): void {
    this.#isOver = true;
    this.#ticker.remove(this);
  }

  #classify(error: Error): TransportFailure {
    if (this.#isAborted) return 'aborted';
    if (timeoutCodes.has((error as NodeJS.ErrnoException).code ?? '')) return 'timeout';
    return this.#hasHead ? 'cut' : 'unreachable';
  }
}

/** Of several addresses that were tried (an `AggregateError`), what became of the first. */
function describe(error: Error & { errors?: readonly Error[] }): string {
  return error.errors?.[0]?.message ?? error.message;
}
