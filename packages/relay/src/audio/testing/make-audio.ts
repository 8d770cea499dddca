/** Silence as files of every container that clients record in, each byte made here. */

/** 16-bit mono PCM. Written while it is recorded, its head says that it is as long as can be. */
export function makeWav(seconds: number, rate = 16_000, isRecorded = false): Buffer {
  const data = Buffer.alloc(Math.round(seconds * rate) * 2);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(isRecorded ? 0xffffffff : 36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(isRecorded ? 0xffffffff : data.length, 40);
  return Buffer.concat([head, data]);
}

/** MPEG 1 layer III, 44.1 kHz mono: 1 152 samples in each frame. */
export function makeMp3(seconds: number, kbits: 128 | 64 = 128): Buffer {
  const index = kbits === 128 ? 0x90 : 0x50;
  const frame = Buffer.alloc(Math.floor((144 * kbits * 1000) / 44_100));
  frame.set([0xff, 0xfb, index, 0xc0]);
  return Buffer.concat(Array.from({ length: Math.round((seconds * 44_100) / 1152) }, () => frame));
}

/** The same with a frame rate that changes, and no header that tells how long it is. */
export function makeVariableMp3(seconds: number): Buffer {
  const frames = Math.round((seconds * 44_100) / 1152);
  const kinds = [makeMp3(1152 / 44_100, 128), makeMp3(1152 / 44_100, 64)];
  return Buffer.concat(Array.from({ length: frames }, (_, at) => kinds[at % 2] as Buffer));
}

/** Opus in Ogg: its last page says at which sample (48 kHz) it ends. */
export function makeOgg(seconds: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0);
  head.set([1, 1], 8);
  head.writeUInt32LE(48_000, 12);
  const tags = Buffer.alloc(16);
  tags.write('OpusTags', 0);
  return Buffer.concat([
    oggPage(head, 0, 0, 2),
    oggPage(tags, 0, 1, 0),
    oggPage(Buffer.alloc(200, 1), Math.round(seconds * 24_000), 2, 0),
    ...Array.from({ length: Math.round(seconds * 10) }, (_, at) =>
      oggPage(Buffer.alloc(200, 1), Math.round(seconds * 48_000), 3 + at, 4),
    ),
  ]);
}

function oggPage(body: Buffer, granule: number, sequence: number, flags: number): Buffer {
  const page = Buffer.alloc(28 + body.length);
  page.write('OggS', 0);
  page[5] = flags;
  page.writeBigInt64LE(BigInt(granule), 6);
  page.writeUInt32LE(7, 14);
  page.writeUInt32LE(sequence, 18);
  page[26] = 1;
  page[27] = body.length;
  body.copy(page, 28);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

function oggChecksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}

/** AAC in MP4, as phones record: the header of the one track says how long it is. */
export function makeM4a(seconds: number): Buffer {
  const scale = 1000;
  const length = Math.round(seconds * scale);
  const times = [0, 0, 0, scale, length];
  const movieHead = box('mvhd', words(...times), Buffer.alloc(80));
  const trackHead = box('tkhd', words(7, 0, 0, 1, 0, length), Buffer.alloc(60));
  const mediaHead = box('mdhd', words(...times), Buffer.from([0x55, 0xc4, 0, 0]));
  const handler = box('hdlr', words(0, 0), Buffer.from('soun'), Buffer.alloc(13));
  const sample = box(
    'mp4a',
    Buffer.alloc(6),
    Buffer.from([0, 1]),
    Buffer.alloc(8),
    shorts(1, 16, 0, 0, 44_100, 0),
  );
  const tables = box(
    'stbl',
    box('stsd', words(0, 1), sample),
    box('stts', words(0, 1, 1, length)),
    box('stsc', words(0, 1, 1, 1, 1)),
    box('stsz', words(0, 8, 1)),
    box('stco', words(0, 1, 32)),
  );
  const media = box('mdia', mediaHead, handler, box('minf', tables));
  return Buffer.concat([
    box('ftyp', Buffer.from('M4A '), words(0), Buffer.from('M4A isom')),
    box('mdat', Buffer.alloc(24_000)),
    box('moov', movieHead, box('trak', trackHead, media)),
  ]);
}

function box(name: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([words(8 + body.length), Buffer.from(name), body]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
  return bytes;
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, at) => bytes.writeUInt16BE(value, at * 2));
  return bytes;
}

/** Opus in WebM. Browsers' recorders leave the length out, and then also sizes: only the blocks tell. */
export function makeWebm(seconds: number, isRecorded = false): Buffer {
  const milliseconds = Buffer.alloc(8);
  milliseconds.writeDoubleBE(seconds * 1000);
  const info = element(
    '1549a966',
    element('2ad7b1', Buffer.from('0f4240', 'hex')),
    ...(isRecorded ? [] : [element('4489', milliseconds)]),
    element('4d80', Buffer.from('test')),
    element('5741', Buffer.from('test')),
  );
  const track = element(
    'ae',
    element('d7', Buffer.from([1])),
    element('73c5', Buffer.from([1])),
    element('83', Buffer.from([2])),
    element('86', Buffer.from('A_OPUS')),
    element(
      'e1',
      element('b5', Buffer.from('40e7700000000000', 'hex')),
      element('9f', Buffer.from([1])),
    ),
  );
  const clusters: Buffer[] = [];
  for (let at = 0; at < seconds; at += 5) {
    const blocks: Buffer[] = [];
    for (let ms = 0; ms < 5000 && at * 1000 + ms < seconds * 1000; ms += 20)
      blocks.push(element('a3', Buffer.from([0x81, ms >> 8, ms & 0xff, 0x80]), Buffer.alloc(60)));
    const content = [element('e7', words(at * 1000)), ...blocks];
    clusters.push(isRecorded ? endless('1f43b675', content) : element('1f43b675', ...content));
  }
  const segment = [info, element('1654ae6b', track), ...clusters];
  return Buffer.concat([
    element('1a45dfa3', element('4282', Buffer.from('webm'))),
    isRecorded ? endless('18538067', segment) : element('18538067', ...segment),
  ]);
}

/** An element that goes on until the next one of its level. */
function endless(id: string, content: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(`${id}01ffffffffffffff`, 'hex'), ...content]);
}

function element(id: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(4);
  size.writeUInt32BE((0x10000000 | body.length) >>> 0);
  return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

/** FLAC, 16 kHz mono, all of whose samples stand in its first block. */
export function makeFlac(seconds: number): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(4096, 0);
  info.writeUInt16BE(4096, 2);
  const samples = BigInt(Math.round(seconds * 16_000));
  info.writeBigUInt64BE((16_000n << 44n) | (15n << 36n) | samples, 10);
  return Buffer.concat([
    Buffer.from('fLaC'),
    Buffer.from([0x80, 0, 0, 34]),
    info,
    Buffer.alloc(Math.round(seconds * 500)),
  ]);
}
