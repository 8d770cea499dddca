import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Cluster } from 'ioredis';
import type { UsageBatch, UsageEvent } from '../../../packages/core/src/index.ts';
import { model, type ClusterWorld } from './cluster-world.ts';
import type { CaseAccount } from './judge.ts';
import { queuePrefix } from './redis-state.ts';

/** The queue of usage batches, as somebody else would write to it. */
export interface UsageJobsQueue {
  /** Resolves to the id of the job. */
  add(data: unknown): Promise<string>;
  /** A job whose data is no JSON. */
  addText(text: string): Promise<string>;
  queue: Queue;
  close(): Promise<void>;
}

export function openUsageQueue(world: ClusterWorld): UsageJobsQueue {
  const { direct } = world.redis;
  const connection = direct instanceof Cluster ? direct.duplicate() : direct.duplicate();
  const queue = new Queue('usage', { connection, prefix: queuePrefix, skipVersionCheck: true });
  const add = async (data: unknown): Promise<string> => {
    const jobId = randomUUID();
    await queue.add('batch', data, { jobId, removeOnComplete: true, attempts: 1000 });
    return jobId;
  };
  return {
    queue,
    add,
    async addText(text) {
      // Nobody can take it before it is what it shall be: the queue is paused meanwhile.
      await queue.pause();
      const jobId = await add({});
      await direct.hset(`${queuePrefix}:usage:${jobId}`, 'data', text);
      await queue.resume();
      return jobId;
    },
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}

export function makeBatch(events: readonly object[], more: object = {}): UsageBatch {
  return { v: 1, id: randomUUID(), nodeId: 'a-test', events, ...more } as UsageBatch;
}

/** An event such as a relay makes, about a request that the upstream never saw. */
export function makeUsageEvent(account: CaseAccount, more: Partial<UsageEvent> = {}): UsageEvent {
  return {
    v: 1,
    requestId: randomUUID(),
    at: Date.now(),
    userId: account.userId,
    username: 'of-a-test',
    apiTokenId: account.apiTokenId,
    apiTokenName: account.tokenName,
    unlimitedToken: false,
    channelId: 1,
    model,
    upstreamModel: model,
    billedModel: model,
    operation: 'chat',
    usage: {
      input: { uncached: 10, cacheRead: 0, cacheWrite: 0 },
      output: { text: 5, reasoning: 0 },
      source: 'reported',
    },
    quota: 7,
    writtenOff: 0,
    hardBudget: false,
    price: { source: 'model', modelRatio: 1, completionRatio: 1, groupRatio: 1, version: 1 },
    isStream: false,
    firstByteMs: 1,
    durationMs: 1,
    nodeId: 'a-test',
    endState: 'complete',
    attempts: 1,
    systemPromptReset: false,
    ...more,
  };
}
