import { describe, expect, it } from '@jest/globals';
import { readAudioSeconds } from './read-audio-seconds.ts';
import {
  makeFlac,
  makeM4a,
  makeMp3,
  makeOgg,
  makeVariableMp3,
  makeWav,
  makeWebm,
} from './testing/make-audio.ts';

describe('readAudioSeconds', () => {
  it.each([
    ['speech.wav', makeWav(12.5)],
    ['telephone.wav', makeWav(12.5, 8000)],
    ['music.wav', makeWav(12.5, 44_100)],
    ['recorded.wav', makeWav(12.5, 16_000, true)],
    ['speech.mp3', makeMp3(12.5)],
    ['low.mp3', makeMp3(12.5, 64)],
    ['variable.mp3', makeVariableMp3(12.5)],
    ['speech.ogg', makeOgg(12.5)],
    ['speech.m4a', makeM4a(12.5)],
    ['speech.webm', makeWebm(12.5)],
    ['recorded.webm', makeWebm(12.5, true)],
    ['speech.flac', makeFlac(12.5)],
  ])('tells how long %s is', async (_name, bytes) => {
    expect(await readAudioSeconds(bytes)).toBeCloseTo(12.5, 1);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no audio', Buffer.from('{"not":"audio"}')],
    ['half a head', makeWav(1).subarray(0, 20)],
    ['a length that no file of its size can have', makeM4a(100_000)],
    ['a recording in which nothing was recorded', makeWebm(0, true)],
  ])('does not know of %s', async (_case, bytes) => {
    expect(await readAudioSeconds(bytes)).toBeUndefined();
  });
});
