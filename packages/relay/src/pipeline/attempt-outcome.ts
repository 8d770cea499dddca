import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerFacts, FailedAttempt, StreamTap } from '@turnpike/adaptors';
import type { EndState } from '@turnpike/core';

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
  /** Of a translated answer; undefined: the upstream's. */
  contentType: string | undefined;
  body: Buffer;
  /** What it says. */
  facts: AnswerFacts;
}

export type AttemptOutcome =
  | StreamedAnswer
  | BufferedAnswer
  | { kind: 'failed'; failure: FailedAttempt }
  /** The client left before the upstream had answered anything. */
  | { kind: 'abandoned' };
