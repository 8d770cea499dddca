import { parseBuffer } from 'music-metadata';
import { lastBlockSeconds } from './last-block-seconds.ts';

/** Silence in Opus, 2 kbit/s: who says that a file is longer than that does not know. */
const LEAST_BYTES_PER_SECOND = 250;

/** What a file of Matroska, and so of WebM, begins with. */
const matroska = Buffer.from('1a45dfa3', 'hex');

/**
 * How long a recording is, as its container says (wav, mp3, m4a, ogg, webm, flac, …). What a client calls it does not
 * count: the bytes tell what it is.
 *
 * @returns seconds > 0; undefined where the container does not say, or is none that is known
 */
export async function readAudioSeconds(bytes: Buffer): Promise<number | undefined> {
  const told =
    (await readContainer(bytes)) ??
    (bytes.indexOf(matroska) === 0 ? lastBlockSeconds(bytes) : undefined);
  const isPossible =
    told !== undefined && told > 0 && told <= bytes.byteLength / LEAST_BYTES_PER_SECOND;
  return isPossible ? told : undefined;
}

async function readContainer(bytes: Buffer): Promise<number | undefined> {
  const info = { size: bytes.byteLength };
  try {
    // With `duration` files without a header that tells their length are read to their end.
    const { format } = await parseBuffer(bytes, info, { duration: true, skipCovers: true });
    const { duration, bitrate, container } = format;
    // A wav file that is written while it is recorded says that it is as long as can be.
    return container === 'WAVE' && bitrate !== undefined && duration !== undefined
      ? Math.min(duration, (bytes.byteLength * 8) / bitrate)
      : duration;
  } catch {
    return undefined; // no audio file, or a broken one: what the upstream made of it is its own affair
  }
}
