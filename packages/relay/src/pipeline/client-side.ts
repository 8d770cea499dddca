import type { IncomingMessage } from 'node:http';
import type { Door } from '../http/door.ts';

/** What an attempt needs of the one who waits for the answer: a client's connection, or a channel test. */
export interface ClientSide {
  readonly requestId: string;
  readonly isGone: boolean;
  /** One listener at a time; called at once where the client is gone already. */
  onGone: (() => void) | undefined;
  beginStream(status: number, headers: string[], isEventStream: boolean): void;
  /** Resolves to whether the client keeps up; if not, `onDrain` is called once when it does. */
  write(chunk: Buffer, onDrain: () => void): boolean;
}

/** Who gets a relayed answer: a client's connection, or a response that is made in the background. */
export interface AnswerSide extends ClientSide {
  /** Its headers say what the client wants besides the body. */
  readonly request: IncomingMessage;
  /** Whose client this is: it decides the shape of errors. */
  readonly door: Door;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Unix milliseconds of the first byte of an answer; 0: none yet. */
  readonly firstByteAt: number;
  readonly hasBegun: boolean;
  /** The answer is a stream of events, so that an error can be one of them. */
  readonly isEventStream: boolean;
  /** Sends a whole answer. `headers`: name, value, name, value … */
  sendBody(status: number, headers: string[], body: Buffer): void;
  end(last?: Buffer): void;
  /** Breaks an answer that can not be ended well. */
  destroy(): void;
}
