import { crc32 } from 'node:zlib';

/** Length and CRC-32 of the payload, 32 bits each, little endian. */
export const RECORD_HEADER_BYTES = 8;
/** A length above this is no record but damage. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** Where a payload lies in its file, in bytes. */
export interface RecordPosition {
  offset: number;
  length: number;
}

/** A record as it is written: header and payload in one buffer, so that one write appends it. */
export function encodeRecord(payload: string): Buffer {
  const length = Buffer.byteLength(payload);
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + length);
  record.write(payload, RECORD_HEADER_BYTES);
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(RECORD_HEADER_BYTES)), 4);
  return record;
}

/**
 * The payloads of a journal file, up to the first record that is not whole. What was torn by a kill or a full disk is at
 * the end, because nothing is appended behind a failed write.
 *
 * @returns `validBytes`: where the first bad record begins; the size of the file when all are good
 */
export function readRecords(file: Buffer): { payloads: string[]; validBytes: number } {
  const payloads: string[] = [];
  let offset = 0;
  for (;;) {
    const payload = payloadAt(file, offset);
    if (payload === undefined) return { payloads, validBytes: offset };
    payloads.push(payload.toString('utf8'));
    offset += RECORD_HEADER_BYTES + payload.length;
  }
}

function payloadAt(file: Buffer, offset: number): Buffer | undefined {
  const start = offset + RECORD_HEADER_BYTES;
  if (start > file.length) return undefined;
  const length = file.readUInt32LE(offset);
  // Zeros are what a file system leaves where it had no time to write; their CRC would even be right.
  if (length === 0 || length > MAX_PAYLOAD_BYTES || start + length > file.length) return undefined;
  const payload = file.subarray(start, start + length);
  return crc32(payload) === file.readUInt32LE(offset + 4) ? payload : undefined;
}
