/** What HTTP allows (RFC 9659): decoders need not have room for more. */
const MAX_WINDOW_BYTES = 8 * 1024 * 1024;
/** Each block moves the window once: no honest body comes near this many bytes of that. */
const MAX_MOVED_BYTES = 8 * 1024 * 1024 * 1024;
const MAGIC = 0xfd2fb528;

/**
 * Walks the headers of frames and blocks before anything is decompressed, because the decoder in JavaScript believes
 * them: it takes memory for any window, and moves that window for every block.
 *
 * @returns false where a frame declares more than `limitBytes` of content
 * @throws for what is no Zstandard, is cut, or wants more than a decoder has to give
 */
export function checkZstd(body: Buffer, limitBytes: number): boolean {
  let movedBytes = 0;
  for (let at = 0; at < body.length;) {
    const magic = body.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      at += 8 + body.readUInt32LE(at + 4); // skippable
      continue;
    }
    if (magic !== MAGIC) throw new Error('no frame of Zstandard');
    const frame = readFrameHeader(body, at + 4);
    if (frame.contentBytes > limitBytes) return false;
    if (frame.windowBytes > MAX_WINDOW_BYTES) throw new Error('the window is too large');
    const { blocks, end } = countBlocks(body, frame.end);
    movedBytes += blocks * frame.windowBytes;
    if (movedBytes > MAX_MOVED_BYTES) throw new Error('too many blocks');
    at = end + (frame.hasChecksum ? 4 : 0);
  }
  return true;
}

interface FrameHeader {
  windowBytes: number;
  /** 0 where it is not said. */
  contentBytes: number;
  hasChecksum: boolean;
  /** Offset of the first block. */
  end: number;
}

/** @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1 */
function readFrameHeader(body: Buffer, start: number): FrameHeader {
  const descriptor = body.readUInt8(start);
  const isSingle = (descriptor & 0x20) !== 0;
  let at = start + 1;
  let windowBytes = 0;
  if (!isSingle) {
    const window = body.readUInt8(at++);
    const base = 2 ** (10 + (window >> 3));
    windowBytes = base + (base / 8) * (window & 7);
  }
  at += [0, 1, 2, 4][descriptor & 3] ?? 0; // the dictionary's id
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag;
  const contentBytes = readSize(body, at, sizeBytes);
  return {
    windowBytes: isSingle ? contentBytes : windowBytes,
    contentBytes,
    hasChecksum: (descriptor & 4) !== 0,
    end: at + sizeBytes,
  };
}

function readSize(body: Buffer, at: number, bytes: number): number {
  if (bytes === 0) return 0;
  if (bytes === 8) return Number(body.readBigUInt64LE(at));
  return body.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

function countBlocks(body: Buffer, start: number): { blocks: number; end: number } {
  let at = start;
  for (let blocks = 1; ; blocks += 1) {
    const header = body.readUIntLE(at, 3);
    // A repeated byte takes one byte, whatever its length.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
    if (at > body.length) throw new Error('the last block is cut');
    if ((header & 1) === 1) return { blocks, end: at };
  }
}
