/** Accounts are spread over this many buckets; everything that one script touches is in one bucket, and so in one slot. */
export const BUCKETS = 256;

/** The bucket of a user, its tokens, and their open entries. */
export function bucketOf(userId: number): number {
  return userId % BUCKETS;
}

/** Names of all keys. The braces make a Redis Cluster keep a bucket's keys together. */
export function createKeys(prefix: string) {
  const inBucket = (bucket: number, rest: string): string =>
    `${prefix}:{b:${String(bucket)}}:${rest}`;
  return {
    epoch: (bucket: number) => inBucket(bucket, 'epoch'),
    restored: (bucket: number) => inBucket(bucket, 'restored'),
    open: (bucket: number) => inBucket(bucket, 'open'),
    due: (bucket: number) => inBucket(bucket, 'due'),
    account: (userId: number) => inBucket(bucketOf(userId), `acct:${String(userId)}`),
    apiToken: (userId: number, apiTokenId: number) =>
      inBucket(bucketOf(userId), `tok:${String(apiTokenId)}`),
    /** Every `acct` or `tok` key of every bucket, for SCAN. */
    accountPattern: (kind: 'acct' | 'tok') => `${escapePattern(prefix)}:{b:*}:${kind}:*`,
    userRate: (userId: number) => inBucket(bucketOf(userId), `rate:u:${String(userId)}`),
    apiTokenRate: (userId: number, apiTokenId: number) =>
      inBucket(bucketOf(userId), `rate:t:${String(apiTokenId)}`),
    key: (keyHash: string) => `${prefix}:key:${keyHash}`,
    directory: `${prefix}:directory`,
    config: `${prefix}:cfg`,
    events: `${prefix}:events`,
    life: `${prefix}:life`,
    /** Which database all of this belongs to. */
    claim: `${prefix}:database`,
    nodes: `${prefix}:nodes`,
    acknowledged: (nodeId: string) => `${prefix}:ack:${nodeId}`,
    /** What a tool call wants back, by user and call, sealed. (`state:`: what versions before sealed none; it expires.) */
    state: (name: string) => `${prefix}:sealed-state:${name}`,
    /** Bytes of these that were written, by the hour. */
    stateSums: `${prefix}:sealed-state-sums`,
    /** Answers that can be gone on from, all in one slot: the values, sealed, their age, their sizes, and the sum of these. */
    responses: {
      values: `${prefix}:{sealed-responses}:values`,
      ages: `${prefix}:{sealed-responses}:ages`,
      sizes: `${prefix}:{sealed-responses}:sizes`,
      bytes: `${prefix}:{sealed-responses}:bytes`,
    },
    rateLimit: (name: string) => `${prefix}:limit:${name}`,
    /** Of a group or channel, named `scope:id`. */
    trafficLimit: (name: string) => `${prefix}:shared:${name}`,
    /** BullMQ's own prefix: one slot for all queues, because its scripts touch many keys. */
    queuePrefix: `{${prefix}}`,
    /** Every key of these and of other prefixes that contain this one, for SCAN: see `isOwnKey`. */
    anyPattern: `*${escapePattern(prefix)}*`,
  };
}

/**
 * Whether a key is one of these, and not of another cluster whose prefix begins in the same way: `turnpike:2:cfg` is that
 * of `turnpike:2`.
 */
export function isOwnKey(prefix: string, key: string): boolean {
  if (key.startsWith(`{${prefix}}:`)) return true;
  for (const [tag, name] of BESIDE) {
    const start = `{${prefix}:${tag}}:`;
    if (key.startsWith(start)) return name.test(key.slice(start.length));
  }
  return key.startsWith(`${prefix}:`) && OWN_NAME.test(key.slice(prefix.length + 1));
}

/** What is in the slot of a key without braces. */
const BESIDE: readonly (readonly [string, RegExp])[] = [
  ['directory', /^(?:hashes|applied|pass:.+)$/],
  ['events', /^count$/],
];
/** What stands behind the prefix and its colon. */
const OWN_NAME =
  /^(?:\{b:\d+\}:.+|key:[0-9a-f]{64}|directory|cfg|life|database|nodes|ack:[^:]+|sealed-state:.+|sealed-state-sums|state:.+|\{sealed-responses\}:\w+|limit:.+|shared:.+)$/;

/** As SCAN takes it. */
function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

export type Keys = ReturnType<typeof createKeys>;
