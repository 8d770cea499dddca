import { randomFillSync } from 'node:crypto';

const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const DASH = 0x2d;
const POOL_BYTES = 4096;
const RANDOM_BYTES = 10;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** The id that is being written: put together as bytes, because text made of many pieces is joined anew by every reader. */
const text = Buffer.alloc(36, DASH);

/**
 * A time-ordered, unique id (UUIDv7, RFC 9562): the id of the reservation, the usage event and the log row.
 * Random bytes come from a pool, because one call of the generator for each request costs more than the id.
 */
export function createRequestId(now: number = Date.now()): string {
  if (used + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const random = used;
  used += RANDOM_BYTES;
  const high = Math.floor(now / 0x1_0000);
  write(0, high >>> 24);
  write(2, high >>> 16);
  write(4, high >>> 8);
  write(6, high);
  write(9, now >>> 8);
  write(11, now);
  write(14, 0x70 | (at(random) & 0x0f));
  write(16, at(random + 1));
  write(19, 0x80 | (at(random + 2) & 0x3f));
  write(21, at(random + 3));
  for (let n = 4; n < RANDOM_BYTES; n += 1) write(16 + 2 * n, at(random + n));
  return text.toString('latin1');
}

function at(index: number): number {
  return pool[index] as number;
}

/** Writes the lowest byte of a number as two digits. */
function write(offset: number, value: number): void {
  text[offset] = DIGITS[(value >>> 4) & 0x0f] as number;
  text[offset + 1] = DIGITS[value & 0x0f] as number;
}
