import type { FailedAttempt, StreamTap } from '@turnpike/adaptors';
import type { StreamTicker, Ticking } from '../http/stream-ticker.ts';
import type { SentRequest, TransportFailure } from '../upstream/send.ts';
import type { AttemptOutcome, StreamedAnswer } from './attempt-outcome.ts';
import type { ClientSide } from './client-side.ts';

const LINE_FEED = 0x0a;

export interface StreamRelayDeps {
  connection: ClientSide;
  ticker: StreamTicker;
  tap: StreamTap;
  /** Head to send when the stream is committed to this upstream: name, value, … */
  headers: string[];
  status: number;
  /** Server-sent events: something may be put between them. */
  isEventStream: boolean;
  /** What keeps a silent stream open. */
  keepAlive: Buffer;
  holdBackTimeoutMs: number;
  keepAliveMs: number;
  /** How long an answer is still read after its client left, to learn the true usage; 0: it is cut at once. */
  drainMs: number;
  /** Asked after each piece: false ends the answer, because the budget pays for no more. */
  canGoOn(): boolean;
  finish(outcome: AttemptOutcome): void;
}

/**
 * Passes a stream on, byte for byte, as far as the tap allows. Until something meaningful was seen nothing is sent, so
 * that the request can still go to another channel; after it, this upstream is the one. The terminal event is left to
 * the caller, who sends it when the bill is safe. Reading pauses while the client does not keep up.
 */
export class StreamRelay implements Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  readonly #deps: StreamRelayDeps;
  readonly #tap: StreamTap;
  readonly #connection: ClientSide;
  readonly #sent: SentRequest;
  readonly #openedAt = Date.now();
  #lastWriteAt = 0;
  #lastChunk: Buffer | undefined;
  #isCommitted = false;
  #isOver = false;
  #drainUntil = 0;

  constructor(deps: StreamRelayDeps, sent: SentRequest) {
    this.#deps = deps;
    this.#tap = deps.tap;
    this.#connection = deps.connection;
    this.#sent = sent;
    deps.ticker.add(this);
    deps.connection.onGone = this.#handleGone;
  }

  onChunk(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#forward(this.#tap.push(chunk));
    const { facts } = this.#tap;
    const { error } = facts;
    if (error !== undefined) {
      this.#failWith({ kind: 'failed', failure: { kind: 'refused', error } });
    } else if (facts.isTerminated) {
      this.#complete();
    } else if (!this.#deps.canGoOn()) {
      this.#finish({
        kind: 'streamed',
        endState: 'complete',
        tap: this.#tap,
        wasCutByBudget: true,
      });
      this.#sent.abort();
    }
  }

  onEnd(): void {
    if (!this.#isOver) {
      const isEmpty = !this.#tap.facts.isMeaningful;
      this.#endWith(isEmpty ? { kind: 'unreadable' } : { kind: 'transport', transport: 'cut' });
    }
  }

  onFailure(failure: TransportFailure, cause?: string): void {
    if (this.#isOver) return;
    if (failure === 'aborted') this.#finish(this.#streamed('client-aborted'));
    // Some upstreams reset the connection after a whole answer.
    else this.#endWith({ kind: 'transport', transport: failure, cause });
  }

  /** The transport ended. What the tap still holds goes out if it belongs to an answer, and not before a retry. */
  #endWith(failure: FailedAttempt): void {
    const rest = this.#tap.end();
    const { facts } = this.#tap;
    const { error } = facts;
    const isWhole = error === undefined && (facts.isTerminated || facts.hasFinish);
    if (isWhole || this.#isCommitted) this.#forward(rest);
    if (isWhole) this.#complete();
    else {
      this.#failWith({
        kind: 'failed',
        failure: error === undefined ? failure : { kind: 'refused', error },
      });
    }
  }

  onTick(now: number): void {
    if (this.#drainUntil !== 0) {
      if (now >= this.#drainUntil) this.#sent.abort();
      return;
    }
    if (!this.#isCommitted) {
      if (now - this.#openedAt < this.#deps.holdBackTimeoutMs) return;
      this.#commit();
      for (const chunk of this.#tap.flushHeld()) this.#write(chunk);
      return;
    }
    const { keepAliveMs } = this.#deps;
    const isSilent = keepAliveMs > 0 && now - this.#lastWriteAt >= keepAliveMs;
    if (isSilent && this.#deps.isEventStream && this.#isBetweenFrames())
      this.#write(this.#deps.keepAlive);
  }

  #forward(chunks: readonly Buffer[]): void {
    if (chunks.length === 0) return;
    if (!this.#isCommitted) this.#commit();
    for (const chunk of chunks) this.#write(chunk);
  }

  #commit(): void {
    this.#isCommitted = true;
    this.#lastWriteAt = Date.now();
    this.#connection.beginStream(this.#deps.status, this.#deps.headers, this.#deps.isEventStream);
  }

  #write(chunk: Buffer): void {
    this.#lastWriteAt = Date.now();
    this.#lastChunk = chunk;
    if (!this.#connection.write(chunk, this.#resume)) this.#sent.pause();
  }

  #resume = (): void => {
    this.#sent.resume();
  };

  /** A comment inside a frame would break it: only after an empty line. */
  #isBetweenFrames(): boolean {
    const chunk = this.#lastChunk;
    if (chunk === undefined) return true;
    if (chunk.at(-1) !== LINE_FEED) return false;
    return chunk.at(-2) === LINE_FEED || (chunk.at(-2) === 0x0d && chunk.at(-3) === LINE_FEED);
  }

  #handleGone = (): void => {
    if (this.#isOver) return;
    if (this.#deps.drainMs > 0) {
      this.#drainUntil = Date.now() + this.#deps.drainMs;
      this.#sent.resume();
      return;
    }
    this.#finish(this.#streamed('client-aborted'));
    this.#sent.abort();
  };

  #complete(): void {
    this.#finish(this.#streamed(this.#connection.isGone ? 'client-aborted' : 'complete'));
  }

  /** Before the client has seen anything the attempt just failed; after it, the answer ends here. */
  #failWith(failed: AttemptOutcome): void {
    this.#finish(this.#isCommitted ? this.#streamed('upstream-failed') : failed);
    this.#sent.abort();
  }

  #streamed(endState: StreamedAnswer['endState']): StreamedAnswer {
    if (!this.#isCommitted && endState === 'complete') this.#commit();
    return { kind: 'streamed', endState, tap: this.#tap, wasCutByBudget: false };
  }

  /** Before any abort: that is reported back at once, and must find this over. */
  #finish(outcome: AttemptOutcome): void {
    this.#isOver = true;
    this.#connection.onGone = undefined;
    this.#deps.ticker.remove(this);
    this.#deps.finish(outcome);
  }
}
