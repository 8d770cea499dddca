/** A Redis or Valkey of its own in `folder`, as a cluster needs it: append-only, nothing evicted. */
export function startRedis(folder: string): Promise<{ url: string; stop: () => Promise<void> }>;
