import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAudioLengths, type AudioLengths } from './audio-lengths.ts';
import { makeOgg, makeWav } from './testing/make-audio.ts';

let lengths: AudioLengths | undefined;
afterEach(() => lengths?.close());

describe('AudioLengths', () => {
  it('measures several files at once, in memory and on the disk', async () => {
    const asked = (lengths = createAudioLengths(30_000));
    const directory = await mkdtemp(join(tmpdir(), 'turnpike-audio-'));
    try {
      const path = join(directory, 'upload');
      const wav = makeWav(3);
      await writeFile(path, Buffer.concat([Buffer.from('before'), wav, Buffer.from('behind')]));
      const seconds = await Promise.all([
        asked.secondsOf({ bytes: makeWav(2) }),
        asked.secondsOf({ path, start: 6, end: 6 + wav.length }),
        asked.secondsOf({ bytes: makeOgg(5) }),
        asked.secondsOf({ bytes: Buffer.from('no audio') }),
        asked.secondsOf({ path: join(directory, 'gone'), start: 0, end: 9 }),
      ]);
      expect(seconds).toEqual([2, 3, 5, undefined, undefined]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('does not wait for a file that takes too long, and measures the next one', async () => {
    const hasty = (lengths = createAudioLengths(0));
    expect(await hasty.secondsOf({ bytes: makeWav(2) })).toBeUndefined();
    await hasty.close();
    const patient = (lengths = createAudioLengths(30_000));
    expect(await patient.secondsOf({ bytes: makeWav(2) })).toBe(2);
  });
});
