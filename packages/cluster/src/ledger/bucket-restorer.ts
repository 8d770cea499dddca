import type { LuaScript } from '../redis/lua-script.ts';
import type { ScriptSender } from '../redis/script-sender.ts';
import type { LedgerBucket } from './ledger-bucket.ts';
import type { LedgerMetrics } from './ledger-metrics.ts';

/** An entry that a node answers for. */
export interface NodeEntry {
  requestId: string;
  userId: number;
  /** `h` in flight, `s` settled. */
  state: 'h' | 's';
  amount: number;
  /** See `entryPlaces`. */
  places: string;
  /** See `entryTail`. */
  tail: string;
}

export interface BucketRestorerDeps {
  sender: ScriptSender;
  script: LuaScript;
  nodeId: string;
  holdLifeMs: number;
  /** Begins an epoch where there is none. */
  proposal: string;
  bucketOf(userId: number): LedgerBucket;
  /** Everything that this node answers for now. */
  entries(): Iterable<NodeEntry>;
  metrics: LedgerMetrics;
}

/** Entries in one call: Redis does nothing else while it runs. */
const CHUNK = 200;
const TRIES = 3;

/**
 * Puts entries of this node back where Redis lost them, bucket by bucket. Buckets that ask in the same turn share one
 * pass over the entries: after a flush all of them ask.
 */
export class BucketRestorer {
  readonly #deps: BucketRestorerDeps;
  #marked = new Set<LedgerBucket>();
  #pass: Promise<ReadonlyMap<LedgerBucket, NodeEntry[]>> | undefined;

  constructor(deps: BucketRestorerDeps) {
    this.#deps = deps;
  }

  /**
   * When it resolves, the bucket's `epoch` is the one in which every entry of this node is there. Calls of the bucket
   * wait meanwhile, so that nothing is put back after it was released.
   *
   * @throws when Redis does not answer
   */
  restore(bucket: LedgerBucket): Promise<void> {
    bucket.restoring ??= this.#restore(bucket).finally(() => (bucket.restoring = undefined));
    return bucket.restoring;
  }

  async #restore(bucket: LedgerBucket): Promise<void> {
    bucket.epoch = '';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const entries = (await this.#collect(bucket)).get(bucket) ?? [];
      const replies = await Promise.all(this.#send(bucket, entries));
      const epochs = new Set(replies.map(([epoch]) => String(epoch)));
      if (epochs.size !== 1) continue; // it changed between two calls
      [bucket.epoch = ''] = epochs;
      const restored = replies.reduce((sum, [, absent]) => sum + Number(absent), 0);
      if (restored > 0) this.#deps.metrics.restored(restored);
      return;
    }
    throw new Error(`the epoch of bucket ${bucket.index} changes all the time`);
  }

  #collect(bucket: LedgerBucket): Promise<ReadonlyMap<LedgerBucket, NodeEntry[]>> {
    this.#marked.add(bucket);
    this.#pass ??= Promise.resolve().then(() => {
      const groups = new Map([...this.#marked].map((marked) => [marked, [] as NodeEntry[]]));
      this.#marked = new Set();
      this.#pass = undefined;
      for (const entry of this.#deps.entries())
        groups.get(this.#deps.bucketOf(entry.userId))?.push(entry);
      return groups;
    });
    return this.#pass;
  }

  #send(bucket: LedgerBucket, entries: readonly NodeEntry[]): Promise<unknown[]>[] {
    const { sender, script, nodeId, holdLifeMs, proposal } = this.#deps;
    const calls: Promise<unknown[]>[] = [];
    let from = 0;
    do {
      const isLast = from + CHUNK >= entries.length;
      const values = [proposal, isLast ? nodeId : '', String(holdLifeMs)];
      for (const { requestId, state, amount, places, tail } of entries.slice(from, from + CHUNK))
        values.push(requestId, state, String(amount), places, tail);
      calls.push(sender.run(script, bucket.epochKey, values) as Promise<unknown[]>);
      from += CHUNK;
    } while (from < entries.length);
    return calls;
  }
}
