import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { decodeBody } from './decode-body.ts';

const text = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Zölle' }] });
/** The same by the `zstd` command: level 3, with a checksum. */
const zstd = Buffer.from(
  'KLUv/QRYEQIAeyJtb2RlbCI6ImdwdC00byIsIm1lc3NhZ2VzIjpbeyJyb2xlIjoidXNlciIsImNvbnRlbnQiOiJaw7ZsbGUifV19BUJ1Hw==',
  'base64',
);
/** 4 MiB of zeros, as the `zstd` command makes them: blocks that repeat a match. */
const zstdBomb = Buffer.from(
  `KLUv/QRoTAAACAABAPz/ORACAgAQAAI${'AEAACABAAAgAQAAI'.repeat(9)}AEAACABAAAwAQACidvHw=`,
  'base64',
);
/** Blocks of 128 KiB that are one byte each, without a declared size. */
const zstdRepeats = Buffer.concat([
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50]),
  ...Array.from({ length: 40 }, (_, index) => {
    const header = (index === 39 ? 1 : 0) | (1 << 1) | (0x20000 << 3);
    return Buffer.from([header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff, 0x20]);
  }),
]);
/** A window of nearly 2 GiB. */
const zstdWindow = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa7, 0x03, 0x00, 0x00, 0x20]);

describe('decoding a body', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstd],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ])('undoes %s', async (encoding, body) => {
    expect((await decodeBody(body, encoding, 1024)).toString('utf8')).toBe(text);
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(4 * 1024 * 1024))],
    ['deflate', deflateSync(Buffer.alloc(4 * 1024 * 1024))],
    ['br', brotliCompressSync(Buffer.alloc(4 * 1024 * 1024))],
    ['zstd', zstdBomb],
    ['zstd', zstdRepeats],
  ])('refuses what %s blows up beyond the limit', async (encoding, body) => {
    await expect(decodeBody(body, encoding, 1024 * 1024)).rejects.toMatchObject({
      code: 'request_too_large',
    });
  });

  it.each([
    ['gzip', Buffer.from('no gzip')],
    ['zstd', Buffer.from('no zstd at all')],
    ['zstd', zstd.subarray(0, 20)],
    ['zstd', zstdWindow],
    ['zstd', Buffer.alloc(0)],
    ['br', Buffer.from([1, 2, 3])],
    ['compress', gzipSync(text)],
    ['constructor', gzipSync(text)],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text)))],
  ])('refuses broken or unknown %s', async (encoding, body) => {
    await expect(decodeBody(body, encoding, 1024)).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});
