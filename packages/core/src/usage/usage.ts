/**
 * What one request used, in buckets that never overlap (tokens, unless the name says otherwise).
 * Every wire format is converted to this shape once, by its family; totals are derived from it.
 */
export interface Usage {
  input: {
    /** Prompt tokens that were neither read from nor written to a cache, audio and images excluded. */
    uncached: number;
    cacheRead: number;
    cacheWrite: number;
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
