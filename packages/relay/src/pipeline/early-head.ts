import { findClientCodec, type ClientCodec } from '@turnpike/adaptors';
import type { ClientConnection } from '../http/client-connection.ts';
import type { StreamTicker, Ticking } from '../http/stream-ticker.ts';
import { answerHeaders } from './exchange.ts';
import { keepAliveOf } from './keep-alive.ts';
import { pathFactsOf, type InboundRequest } from './inbound-request.ts';

export interface EarlyHeadOptions {
  /** How long a client waits for the head of an answer, from its request on. */
  afterMs: number;
  /** Silence between signs of life; 0: none is given. */
  keepAliveMs: number;
}

const eventStream = 'text/event-stream; charset=utf-8';

/**
 * Sends the head of a stream, and signs of life behind it, while no upstream has answered yet: proxies and clients give
 * up connections on which nothing comes. Nothing that is said so binds the gateway to an upstream, so that others can
 * still be asked; an error becomes the last event of the stream.
 */
export class EarlyHead implements Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  readonly #connection: ClientConnection;
  readonly #ticker: StreamTicker;
  readonly #options: EarlyHeadOptions;
  readonly #keepAlive: Buffer;
  #lastWriteAt = 0;

  constructor(
    connection: ClientConnection,
    ticker: StreamTicker,
    keepAlive: Buffer,
    options: EarlyHeadOptions,
  ) {
    this.#connection = connection;
    this.#ticker = ticker;
    this.#options = options;
    this.#keepAlive = keepAlive;
    ticker.add(this);
  }

  onTick(now: number): void {
    const { hasBegun, isGone, isOpenedEarly, startedAt } = this.#connection;
    const { afterMs, keepAliveMs } = this.#options;
    if (isGone) return;
    if (!hasBegun) {
      if (now - startedAt < afterMs) return;
      this.#connection.openEarly(answerHeaders({}, eventStream));
      this.#lastWriteAt = now;
    } else if (!isOpenedEarly) {
      this.end();
    } else if (keepAliveMs > 0 && now - this.#lastWriteAt >= keepAliveMs) {
      this.#connection.write(this.#keepAlive, ignore);
      this.#lastWriteAt = now;
    }
  }

  /** An upstream has answered, or none will. */
  end(): void {
    this.#ticker.remove(this);
  }
}

/** A client that does not read a few bytes has them in its connection: nothing waits for it. */
function ignore(): void {
  // nothing was paused
}

/** Undefined for answers that are no streams of events. */
export function holdOpen(
  { ticker }: { ticker: StreamTicker },
  connection: ClientConnection,
  inbound: InboundRequest,
  options: EarlyHeadOptions,
): EarlyHead | undefined {
  const { family, operation } = inbound;
  if (!inbound.facts.isStream || (family === undefined && operation !== 'completions'))
    return undefined;
  const codec = family === undefined ? undefined : findClientCodec(family);
  if (!isEventStream(codec, inbound)) return undefined;
  return new EarlyHead(connection, ticker, keepAliveOf(family), options);
}

/** Google's streams may be one JSON array. */
function isEventStream(codec: ClientCodec | undefined, inbound: InboundRequest): boolean {
  return codec?.streamContentType?.(pathFactsOf(inbound)).startsWith('text/event-stream') ?? true;
}
