/** Elements of Matroska, and so of WebM: https://www.matroska.org/technical/elements.html */
const cluster = Buffer.from('1f43b675', 'hex');
const timestamp = 0xe7;
const simpleBlock = 0xa3;
const blockGroup = 0xa0;
const block = 0xa1;

/** What timestamps count, unless the file says otherwise; browsers' recorders never do. */
const ticksPerSecond = 1000;

/**
 * When the last piece of sound of a WebM file begins. Browsers write while they record, so that their files say nowhere
 * how long they are; but each piece says when it begins.
 *
 * @returns seconds; undefined where there is no such piece
 */
export function lastBlockSeconds(bytes: Buffer): number | undefined {
  const start = bytes.lastIndexOf(cluster);
  if (start === -1) return undefined;
  const head = readSize(bytes, start + cluster.length);
  if (head === undefined) return undefined;
  let base: number | undefined;
  let last: number | undefined;
  let at = head.end;
  while (at < bytes.length) {
    const id = bytes[at] as number;
    const size = readSize(bytes, at + 1);
    if (size === undefined) break;
    if (id === timestamp) base = bytes.readUIntBE(size.end, Math.min(size.value, 6));
    else if (id === simpleBlock || id === block) last = readBlockTime(bytes, size.end) ?? last;
    // A group is entered: the block is inside.
    at = id === blockGroup ? size.end : size.end + size.value;
  }
  return base === undefined ? undefined : (base + (last ?? 0)) / ticksPerSecond;
}

/** Behind the number of its track, in the ticks of its cluster. */
function readBlockTime(bytes: Buffer, start: number): number | undefined {
  const track = readSize(bytes, start);
  return track === undefined || track.end + 2 > bytes.length
    ? undefined
    : bytes.readInt16BE(track.end);
}

/** A number whose first byte says by its leading zeros how many bytes it has. */
function readSize(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return undefined;
  let value = first & (0xff >> length);
  for (let next = 1; next < length; next++) value = value * 256 + (bytes[at + next] as number);
  return { value, end: at + length };
}
