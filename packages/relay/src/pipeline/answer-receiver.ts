import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerFacts, StreamTap, UpstreamError } from '@turnpike/adaptors';
import type { StreamTicker, Ticking } from '../http/stream-ticker.ts';
import type { AnswerReceiver, SentRequest, TransportFailure } from '../upstream/send.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { ClientSide } from './client-side.ts';
import { StreamRelay } from './stream-relay.ts';

/** An error body is read this far; what is longer is no error message. */
const MAX_ERROR_BYTES = 256 * 1024;
/** Answers that are read whole (embeddings, pictures as base64). */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
/** An answer that has begun is read to its end after its client left: it is made, and its bill is in its last bytes. */
const GONE_READ_MS = 10_000;

export interface AnswerReceiverDeps {
  connection: ClientSide;
  ticker: StreamTicker;
  /** Only a stream will do. */
  isStream: boolean;
  /** Made when the head says that this answer is passed on as it comes. */
  createTap(headers: IncomingHttpHeaders): StreamTap | undefined;
  /** Reads an answer that came whole. */
  readAnswer(body: Buffer, headers: IncomingHttpHeaders): ReadAnswer;
  readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError;
  streamHead(headers: IncomingHttpHeaders): StreamHead;
  keepAlive: Buffer;
  holdBackTimeoutMs: number;
  keepAliveMs: number;
  drainMs: number;
  /** Whether the budget pays for more of this answer. */
  canGoOn(tap: StreamTap): boolean;
  finish(outcome: AttemptOutcome): void;
}

/** Head of a stream to the client. */
export interface StreamHead {
  /** Name, value, name, value … */
  headers: string[];
  isEventStream: boolean;
}

/** What a whole answer says; where it was translated, the client's bytes of it. */
export type ReadAnswer = AnswerFacts & { body?: Buffer; contentType?: string };

/** Receives one upstream answer: decides by its head whether it is an error, is read whole, or is passed on as it comes. */
export class UpstreamAnswer implements AnswerReceiver, Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  readonly #deps: AnswerReceiverDeps;
  /** Set right after the request was handed to the pool, before anything can arrive. */
  sent: SentRequest | undefined;
  #stream: StreamRelay | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #isError = false;
  #isOver = false;
  #readUntil = 0;

  constructor(deps: AnswerReceiverDeps) {
    this.#deps = deps;
  }

  /** Starts watching the client; call it after `sent` is set. */
  watchClient(): void {
    if (!this.#isOver) this.#deps.connection.onGone = this.#handleGone;
  }

  /** The whole call took longer than it may. */
  timeOut(): void {
    this.onFailure('timeout');
    this.sent?.abort();
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    if (this.#isOver) return;
    this.#status = status;
    this.#headers = headers;
    this.#isError = status < 200 || status > 299;
    if (this.#isError) return;
    const tap = this.#deps.createTap(headers);
    if (tap !== undefined) this.#stream = this.#openStream(tap, status, headers);
  }

  onChunk(chunk: Buffer): void {
    if (this.#stream !== undefined) {
      this.#stream.onChunk(chunk);
      return;
    }
    if (this.#isOver) return;
    this.#length += chunk.length;
    if (this.#length > (this.#isError ? MAX_ERROR_BYTES : MAX_ANSWER_BYTES)) {
      this.#fail();
      return;
    }
    this.#chunks.push(chunk);
  }

  onEnd(): void {
    if (this.#stream !== undefined) {
      this.#stream.onEnd();
      return;
    }
    if (this.#isOver) return;
    if (this.#isError || this.#deps.isStream) this.#fail();
    else this.#finishWhole();
  }

  onFailure(failure: TransportFailure, cause?: string): void {
    if (this.#stream !== undefined) {
      this.#stream.onFailure(failure, cause);
      return;
    }
    if (this.#isOver) return;
    if (failure === 'aborted') this.#finish({ kind: 'abandoned' });
    // An error whose body was cut still has its status.
    else if (this.#isError) this.#fail();
    else
      this.#finish({ kind: 'failed', failure: { kind: 'transport', transport: failure, cause } });
  }

  onTick(now: number): void {
    if (this.#readUntil !== 0 && now >= this.#readUntil) this.sent?.abort();
  }

  /** A good status is no good answer yet: some upstreams send their errors with 200, and proxies send pages. */
  #finishWhole(): void {
    const body =
      this.#chunks.length === 1
        ? (this.#chunks[0] as Buffer)
        : Buffer.concat(this.#chunks, this.#length);
    const facts = this.#deps.readAnswer(body, this.#headers);
    if (facts.error !== undefined)
      this.#finish({ kind: 'failed', failure: { kind: 'refused', error: facts.error } });
    else if (facts.isUnreadable) this.#finish({ kind: 'failed', failure: { kind: 'unreadable' } });
    else
      this.#finish({
        kind: 'buffered',
        status: this.#status,
        headers: this.#headers,
        contentType: facts.contentType,
        body: facts.body ?? body,
        facts,
      });
  }

  #openStream(tap: StreamTap, status: number, headers: IncomingHttpHeaders): StreamRelay {
    const deps = this.#deps;
    const head = this.#deps.streamHead(headers);
    return new StreamRelay(
      {
        connection: this.#deps.connection,
        ticker: this.#deps.ticker,
        tap,
        status,
        headers: head.headers,
        isEventStream: head.isEventStream,
        keepAlive: this.#deps.keepAlive,
        holdBackTimeoutMs: this.#deps.holdBackTimeoutMs,
        keepAliveMs: this.#deps.keepAliveMs,
        drainMs: this.#deps.drainMs,
        canGoOn: () => deps.canGoOn(tap),
        finish: (outcome) => {
          this.#finish(outcome);
        },
      },
      this.sent as SentRequest,
    );
  }

  #handleGone = (): void => {
    if (this.#isOver) return;
    if (this.#status === 0 || this.#isError) {
      this.#finish({ kind: 'abandoned' });
      this.sent?.abort();
      return;
    }
    this.#readUntil = Date.now() + GONE_READ_MS;
    this.#deps.ticker.add(this);
  };

  /** What came instead of an answer: an upstream's error in any shape, or nothing that can be read. */
  #fail(): void {
    const body = Buffer.concat(this.#chunks);
    const error = this.#deps.readError(this.#status, this.#headers, body);
    const isNoError = !this.#isError && error.isUnreadable;
    this.#finish({
      kind: 'failed',
      failure: isNoError ? { kind: 'unreadable' } : { kind: 'refused', error },
    });
    this.sent?.abort();
  }

  #finish(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deps.connection.onGone = undefined;
    this.#deps.ticker.remove(this);
    this.#deps.finish(outcome);
  }
}

export function isEventStream(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.toLowerCase().startsWith('text/event-stream') ?? false;
}
