import { PairQueue } from './pair-queue.ts';
import type { TokenRanks } from './token-ranks.ts';

/**
 * How many tokens a text has: it is split into words, and in each word neighbours are joined, lowest rank first, until
 * no two of them make a token.
 *
 * @param splitter global; finds the words
 */
export function countTokens(text: string, ranks: TokenRanks, splitter: RegExp): number {
  let count = 0;
  for (const [word] of text.matchAll(splitter)) {
    const bytes = Buffer.from(word);
    count += ranks.rankOf(bytes, 0, bytes.length) === undefined ? countJoined(bytes, ranks) : 1;
  }
  return count;
}

/** A queue keeps this quick for words of any length: whole pages without a space are one word. */
function countJoined(bytes: Buffer, ranks: TokenRanks): number {
  const { length } = bytes;
  /** By the first byte of a part: where the next part and the one before begin. */
  const next = new Int32Array(length);
  const previous = new Int32Array(length);
  /** Rank of the pair that begins here as last seen; -1: none, or the part is gone. */
  const pairs = new Int32Array(length);
  const queue = new PairQueue();

  const look = (first: number): void => {
    const second = next[first] as number;
    const end = second < length ? (next[second] as number) : length;
    const rank = second < length ? ranks.rankOf(bytes, first, end) : undefined;
    pairs[first] = rank ?? -1;
    if (rank !== undefined) queue.add(rank, first);
  };

  for (let at = 0; at < length; at += 1) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  for (let at = 0; at < length; at += 1) look(at);

  let count = length;
  for (let first = queue.take(); first !== undefined; first = queue.take()) {
    if (pairs[first] !== queue.takenRank) continue; // it was joined otherwise meanwhile
    const second = next[first] as number;
    const third = next[second] as number;
    pairs[second] = -1;
    next[first] = third;
    if (third < length) previous[third] = first;
    count -= 1;
    look(first);
    if (first > 0) look(previous[first] as number);
  }
  return count;
}
