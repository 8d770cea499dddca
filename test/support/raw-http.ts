import { connect, type Socket } from 'node:net';

/** What came back on a raw connection until it was closed or fell silent. */
export interface RawAnswer {
  text: string;
  isClosed: boolean;
}

/**
 * Writes bytes to a port of 127.0.0.1 as they are, for requests that no HTTP client would send.
 * Resolves when the other side closed the connection, or `timeoutMs` after the last byte came.
 */
export function sendRaw(
  port: number,
  parts: Iterable<string | Buffer>,
  timeoutMs = 3000,
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const finish = (isClosed: boolean): void => {
      socket.destroy();
      resolve({ text, isClosed });
    };
    socket.setTimeout(timeoutMs, () => {
      finish(false);
    });
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    // A reset after the answer is how a server says that it will not read the rest.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      finish(true);
    });
    socket.on('connect', () => {
      void writeAll(socket, parts);
    });
  });
}

async function writeAll(socket: Socket, parts: Iterable<string | Buffer>): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    if (socket.write(part)) continue;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        socket.off('drain', goOn).off('close', goOn);
        resolve();
      };
      socket.on('drain', goOn).on('close', goOn);
    });
  }
}

/** Status codes of the answers in a raw text, in order. */
export function statusesOf({ text }: RawAnswer): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}
