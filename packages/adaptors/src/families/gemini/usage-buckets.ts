import type { Usage } from '@turnpike/core';
import { Remainder } from '../token-figures.ts';

/** Tokens by what they stand for; text is the rest. */
export interface ModalityCounts {
  audio: number;
  image: number;
}

/** What Google counts, in the words of none of its APIs. All in tokens. */
export interface GoogleCounts {
  /** What tools put into it included. */
  prompt: number;
  /** Part of the prompt. */
  cached: number;
  /** Without thoughts. */
  answer: number;
  reasoning: number;
  sent: ModalityCounts;
  /** Part of `sent`. */
  sentCached: ModalityCounts;
  made: ModalityCounts;
}

/** Buckets that never overlap; what adds up to more than the whole is cut. */
export function toUsageBuckets(counts: GoogleCounts): Usage {
  const { sent, sentCached, made, reasoning } = counts;
  const input = new Remainder(counts.prompt);
  const cacheRead = input.take(counts.cached);
  const audioIn = input.take(sent.audio - sentCached.audio);
  const imageIn = input.take(sent.image - sentCached.image);
  const output = new Remainder(counts.answer);
  const audioOut = output.take(made.audio);
  const imageOut = output.take(made.image);
  return {
    input: {
      uncached: input.left,
      cacheRead,
      cacheWrite: 0,
      ...(audioIn > 0 && { audio: audioIn }),
      ...(imageIn > 0 && { image: imageIn }),
    },
    output: {
      text: output.left,
      reasoning,
      ...(audioOut > 0 && { audio: audioOut }),
      ...(imageOut > 0 && { image: imageOut }),
    },
    source: 'reported',
  };
}
