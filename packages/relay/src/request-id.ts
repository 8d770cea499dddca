import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const POOL_BYTES = 4096;
const RANDOM_BYTES = 10;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/**
 * A time-ordered, unique id (UUIDv7, RFC 9562): the id of the reservation, the usage event and the log row.
 * Random bytes come from a pool, because one call of the generator for each request costs more than the id.
 */
export function createRequestId(now: number = Date.now()): string {
  if (used + RANDOM_BYTES > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const r = used;
  used += RANDOM_BYTES;
  const high = Math.floor(now / 0x1_0000);
  const low = now & 0xffff;
  return (
    byte(high >>> 24) +
    byte(high >>> 16) +
    byte(high >>> 8) +
    byte(high) +
    '-' +
    byte(low >>> 8) +
    byte(low) +
    '-' +
    byte(0x70 | (at(r) & 0x0f)) +
    byte(at(r + 1)) +
    '-' +
    byte(0x80 | (at(r + 2) & 0x3f)) +
    byte(at(r + 3)) +
    '-' +
    byte(at(r + 4)) +
    byte(at(r + 5)) +
    byte(at(r + 6)) +
    byte(at(r + 7)) +
    byte(at(r + 8)) +
    byte(at(r + 9))
  );
}

function at(index: number): number {
  return pool[index] as number;
}

function byte(value: number): string {
  return HEX[value & 0xff] as string;
}
