import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { StoredResponse } from '@turnpike/core';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Larger ones are not kept, packed as they are: a conversation full of pictures is better sent again. */
export const MAX_PACKED_BYTES = 4 * 1024 * 1024;
/** What is packed is text of requests, which are no larger than this. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** As few bytes as it takes; off the event loop. */
export function packResponse(response: StoredResponse): Promise<Buffer> {
  return pack(JSON.stringify(response));
}

/** Undefined for what another version packed in another shape. */
export async function unpackResponse(packed: Buffer): Promise<StoredResponse | undefined> {
  const text = await unpack(packed, { maxOutputLength: MAX_UNPACKED_BYTES });
  const value = JSON.parse(text.toString('utf8')) as Partial<StoredResponse>;
  const isWhole =
    typeof value.id === 'string' &&
    typeof value.input === 'string' &&
    typeof value.response === 'string' &&
    typeof value.channelId === 'number';
  return isWhole ? (value as StoredResponse) : undefined;
}

/** What one user stored, no other finds. Ids come from outside, and are of any length. */
export function nameOf(userId: number, id: string): string {
  return `${String(userId)}:${id.slice(0, 200)}`;
}
