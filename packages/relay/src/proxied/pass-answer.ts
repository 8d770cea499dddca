import type { ClientConnection } from '../http/client-connection.ts';
import type { RawAnswer } from '../upstream/ask-raw.ts';

/** How an answer ended, and what of it the client gets when it is paid. */
export interface PassedAnswer {
  state: 'complete' | 'client-aborted' | 'upstream-failed';
  last: Buffer | undefined;
}

/**
 * Hands an answer on as it comes, no faster than the client takes it. Where the client was told how long it is, the last
 * piece is held back: with it the answer would be over.
 *
 * @param headers name, value, …
 */
export async function passAnswer(
  { status, headers: upstreamHeaders, body }: RawAnswer,
  headers: string[],
  connection: ClientConnection,
): Promise<PassedAnswer> {
  const isSized = upstreamHeaders['content-length'] !== undefined;
  connection.beginStream(status, headers, false);
  let last: Buffer | undefined;
  try {
    for await (const chunk of body) {
      if (connection.isGone) break;
      if (last !== undefined) await write(connection, last);
      last = isSized ? chunk : undefined;
      if (!isSized) await write(connection, chunk);
    }
  } catch {
    // Why the upstream stopped is of no use to anybody: the client sees that its answer is broken.
    return { state: connection.isGone ? 'client-aborted' : 'upstream-failed', last: undefined };
  }
  return { state: connection.isGone ? 'client-aborted' : 'complete', last };
}

function write(connection: ClientConnection, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (connection.write(chunk, resolve)) resolve();
  });
}
