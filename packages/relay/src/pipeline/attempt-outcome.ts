import type { IncomingHttpHeaders } from 'node:http';
import type { StreamTap, UpstreamError } from '@turnpike/adaptors';
import type { EndState } from '@turnpike/core';
import type { TransportFailure } from '../upstream/send.ts';

/** Why an attempt gave nothing to the client. */
export type AttemptFailure =
  | { kind: 'transport'; transport: Exclude<TransportFailure, 'aborted'> }
  /** The upstream said no, before the stream or as its first event. */
  | { kind: 'refused'; error: UpstreamError }
  /** An answer that is none: HTML, an empty stream, broken JSON. */
  | { kind: 'unreadable' }
  /** This channel has no such operation; nothing was sent. */
  | { kind: 'unsupported' };

/** A stream that was relayed up to, but without, its terminal event. */
export interface StreamedAnswer {
  kind: 'streamed';
  endState: Extract<EndState, 'complete' | 'client-aborted' | 'upstream-failed'>;
  tap: StreamTap;
  /** The budget ran out on the way; the client is told `length`. */
  wasCutByBudget: boolean;
}

/** An answer that was read whole; nothing of it has been sent. */
export interface BufferedAnswer {
  kind: 'buffered';
  status: number;
  headers: IncomingHttpHeaders;
  body: readonly Buffer[];
  length: number;
}

export type AttemptOutcome =
  | StreamedAnswer
  | BufferedAnswer
  | { kind: 'failed'; failure: AttemptFailure }
  /** The client left before the upstream had answered anything. */
  | { kind: 'abandoned' };
