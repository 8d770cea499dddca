/**
 * What one request used, in buckets that never overlap but for `cacheWriteHour` (tokens, unless the name says
 * otherwise). Every wire format is converted to this shape once, by its family; totals are derived from it.
 */
export interface Usage {
  input: {
    /** Prompt tokens that were neither read from nor written to a cache, audio and images excluded. */
    uncached: number;
    cacheRead: number;
    /** All that was written to a cache, for however long. */
    cacheWrite: number;
    /** Of `cacheWrite`: what is kept for an hour, where the upstream says so. */
    cacheWriteHour?: number;
    audio?: number;
    image?: number;
  };
  output: {
    /** Generated tokens, reasoning, audio and images excluded. */
    text: number;
    reasoning: number;
    audio?: number;
    image?: number;
  };
  /** Pictures delivered (image operations billed by the picture). */
  images?: number;
  /** Seconds of audio that were transcribed. */
  seconds?: number;
  /** Characters that were spoken (speech operations). */
  characters?: number;
  /** Searches of the web that the upstream made for the answer. */
  webSearches?: number;
  /** What other models were asked on the way (an advisor): each at its own price, and no part of the counts above. */
  otherModels?: readonly { model: string; usage: Usage }[];
  source: 'reported' | 'estimated' | 'mixed';
}

export const emptyUsage: Usage = {
  input: { uncached: 0, cacheRead: 0, cacheWrite: 0 },
  output: { text: 0, reasoning: 0 },
  source: 'reported',
};

/** All prompt tokens, cached ones included: the number in log rows. */
export function promptTokensOf({ input }: Usage): number {
  return (
    input.uncached + input.cacheRead + input.cacheWrite + (input.audio ?? 0) + (input.image ?? 0)
  );
}

/** All generated tokens, reasoning included: the number in log rows. */
export function completionTokensOf({ output }: Usage): number {
  return output.text + output.reasoning + (output.audio ?? 0) + (output.image ?? 0);
}
