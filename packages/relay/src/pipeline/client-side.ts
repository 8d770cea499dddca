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
