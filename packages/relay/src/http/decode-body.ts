import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { errors, isGatewayError } from '@turnpike/core';
import { Decompress } from 'fzstd';
import { checkZstd } from './check-zstd.ts';
import { tooLarge } from './too-large.ts';

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Node has Zstandard from 22.15 on. */
const nativeZstd = (zlib as unknown as { zstdDecompress?: typeof zlib.gunzip }).zstdDecompress;

const gunzip: Decoder = promisify(zlib.gunzip);
const inflate: Decoder = promisify(zlib.inflate);
const inflateRaw: Decoder = promisify(zlib.inflateRaw);

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  // The name means two things; clients send both.
  deflate: (body, options) =>
    inflate(body, options).catch((error: unknown) => {
      if (isTooLong(error)) throw error;
      return inflateRaw(body, options);
    }),
  br: promisify(zlib.brotliDecompress),
  zstd: nativeZstd === undefined ? decompressZstd : promisify(nativeZstd),
};

/** One coding over another is allowed, a tower of them is not. */
const MAX_CODINGS = 2;

/**
 * Undoes a body's content encoding.
 *
 * @param encoding the header's value: one coding, or two with a comma
 * @param limitBytes of what comes out; nothing much larger is ever in memory
 * @throws `request_too_large`; `invalid_request` for an unknown or broken encoding
 */
export async function decodeBody(
  body: Buffer,
  encoding: string,
  limitBytes: number,
): Promise<Buffer> {
  const codings = encoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) throw unknownEncoding(encoding);
  let decoded = body;
  // The last one named was put on last.
  for (const coding of codings.reverse()) decoded = await decodeOne(decoded, coding, limitBytes);
  return decoded;
}

async function decodeOne(body: Buffer, coding: string, limitBytes: number): Promise<Buffer> {
  const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (decoder === undefined) throw unknownEncoding(coding);
  try {
    return await decoder(body, { maxOutputLength: limitBytes });
  } catch (error) {
    if (isTooLong(error)) throw tooLarge(limitBytes);
    if (isGatewayError(error)) throw error;
    throw errors.invalidRequest(
      { reason: `The request body is not valid ${coding}.` },
      { cause: error },
    );
  }
}

function unknownEncoding(encoding: string): Error {
  const known = Object.keys(decoders).join(', ');
  return errors.invalidRequest({
    reason: `The content encoding '${encoding}' is not supported. Use one of ${known}, or none.`,
  });
}

function isTooLong(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

/** A block of Zstandard holds 128 KiB at most: so much comes out at once, and the event loop is not held for long. */
const ZSTD_STEP_BYTES = 16 * 1024;

/** Without Node's own: in pieces, with a look at the length after each, so that a bomb is stopped while it grows. */
async function decompressZstd(
  body: Buffer,
  { maxOutputLength }: { maxOutputLength: number },
): Promise<Buffer> {
  if (body.length === 0) throw new Error('nothing to decompress');
  if (!checkZstd(body, maxOutputLength)) throw tooLong();
  const chunks: Buffer[] = [];
  let length = 0;
  const stream = new Decompress((chunk) => {
    length += chunk.length;
    if (length > maxOutputLength) throw tooLong();
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  });
  for (let at = 0; at < body.length; at += ZSTD_STEP_BYTES) {
    const end = at + ZSTD_STEP_BYTES;
    stream.push(body.subarray(at, end), end >= body.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return Buffer.concat(chunks, length);
}

/** As Node's own decoders say it. */
function tooLong(): Error {
  return Object.assign(new RangeError('too long'), { code: 'ERR_BUFFER_TOO_LARGE' });
}
