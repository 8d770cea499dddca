/** Cuts bytes at the given offsets, in any order; those beyond the end are ignored. For tests of streams. */
export function cutAt(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const cuts = [...new Set(offsets)].filter((at) => at > 0 && at < bytes.length);
  cuts.sort((one, other) => one - other);
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(0, -1).map((start, index) => bytes.subarray(start, edges[index + 1]));
}
