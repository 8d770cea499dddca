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
    accountPattern: (kind: 'acct' | 'tok') =>
      `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:{b:*}:${kind}:*`,
    userRate: (userId: number) => inBucket(bucketOf(userId), `rate:u:${String(userId)}`),
    apiTokenRate: (userId: number, apiTokenId: number) =>
      inBucket(bucketOf(userId), `rate:t:${String(apiTokenId)}`),
    key: (keyHash: string) => `${prefix}:key:${keyHash}`,
    directory: `${prefix}:directory`,
    config: `${prefix}:cfg`,
    events: `${prefix}:events`,
    life: `${prefix}:life`,
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
  };
}

export type Keys = ReturnType<typeof createKeys>;
