import type { IncomingMessage } from 'node:http';
import { LARGE_BYTES, type BodyPool } from './body-pool.ts';
import { decodeBody } from './decode-body.ts';
import { tooLarge } from './too-large.ts';

/**
 * Reads a whole body into memory, where it is large into that of the pool.
 *
 * @param limitBytes of the body as sent, and of the decoded one
 * @throws `request_too_large`; `invalid_request` for an unknown or broken encoding; `client-gone` errors as they are
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  pool: BodyPool,
): Promise<Buffer> {
  const declared = Number(request.headers['content-length']);
  if (declared > limitBytes) return Promise.reject(tooLarge(limitBytes));
  const collected =
    declared > LARGE_BYTES
      ? collectInto(request, pool.take(declared))
      : collect(request, limitBytes);
  const encoding = request.headers['content-encoding'];
  return encoding === undefined
    ? collected
    : collected.then((body) => decodeBody(body, encoding, limitBytes));
}

/** A large body is put in its place piece by piece, so that the pieces can go at once. HTTP keeps to the declared length. */
function collectInto(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.copy(body, length);
    });
    request.on('end', () => {
      resolve(length === body.length ? body : body.subarray(0, length));
    });
    request.on('error', reject);
  });
}

function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) {
        request.off('data', onData);
        reject(tooLarge(limitBytes));
        return;
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.on('end', () => {
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
    });
    request.on('error', reject);
  });
}
