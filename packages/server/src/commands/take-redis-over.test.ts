import { describe, expect, it } from '@jest/globals';
import type { Holder, Leftovers } from '@turnpike/cluster/redis';
import type { NodeStatus } from '@turnpike/core';
import { takeRedisOver } from './take-redis-over.ts';

const ours = 'aaaaaaaa-0000-4000-8000-000000000000';
const theirs = 'bbbbbbbb-0000-4000-8000-000000000000';
const nothing: Leftovers = { usageBatches: 0, openEntries: 0, nodes: [] };
const usage: Leftovers = { ...nothing, usageBatches: 3, openEntries: 5 };
const node: NodeStatus = {
  ...{ nodeId: 'relay-7', role: 'slave', version: '1', at: 0, snapshotVersion: 1 },
  ...{ journalBytes: 0, oldestUnacknowledgedAt: 0 },
};

async function run(
  holder: Holder | undefined,
  found = nothing,
  wanted: { usageMayGo?: boolean; isSame?: boolean } = {},
) {
  const steps: string[] = [];
  const lines: string[] = [];
  const result = await takeRedisOver({
    database: {
      databaseId: ours,
      description: 'PostgreSQL ours',
      replaceDatabaseId: async (id) => void steps.push(`becomes ${id}`),
    },
    takeOver: {
      holder: async () => holder,
      inspect: async () => found,
      run: async (id) => void steps.push(`takes over for ${id}`),
    },
    wanted: { usageMayGo: false, isSame: false, ...wanted },
    print: (line) => void lines.push(line),
  });
  return { result: result?.databaseId, steps, text: lines.join('\n') };
}

const heldBy = (databaseId: string, isTakingOver = false): Holder => ({
  databaseId,
  isTakingOver,
});
const takenOver = [`takes over for ${ours}`];

describe('turnpike rebuild-redis', () => {
  it('says nothing and empties nothing where Redis is nobody’s or its own', async () => {
    for (const holder of [undefined, heldBy(ours)])
      for (const wanted of [{}, { usageMayGo: true, isSame: true }])
        expect(await run(holder, usage, wanted)).toEqual({ result: ours, steps: [], text: '' });
  });

  it('takes a Redis over in which nothing of the other database is worth anything', async () => {
    const { result, steps, text } = await run(heldBy(theirs));
    expect([result, steps]).toEqual([ours, takenOver]);
    expect(text).toContain('Redis belongs to another database: to bbbbbbbb, and this is aaaaaaaa');
    expect(text).toContain('belongs to this database now');
  });

  it.each([
    ['batches', { ...nothing, usageBatches: 1 }],
    ['entries', { ...nothing, openEntries: 1 }],
  ])('leaves usage of the other database alone (%s), unless it may go', async (_what, found) => {
    const refused = await run(heldBy(theirs), found);
    expect([refused.result, refused.steps]).toEqual([undefined, []]);
    expect(refused.text).toContain('turnpike rebuild-redis --take-over');
    expect(refused.text).toContain('would never be charged');
    expect(await run(heldBy(theirs), found, { usageMayGo: true })).toMatchObject({
      result: ours,
      steps: takenOver,
    });
  });

  it('never takes over what nodes of the other database work with', async () => {
    const found = { ...usage, nodes: [node] };
    for (const holder of [heldBy(theirs), heldBy(ours, true)]) {
      const { result, steps, text } = await run(holder, found, { usageMayGo: true });
      expect([result, steps]).toEqual([undefined, []]);
      expect(text).toContain('slave relay-7, seen 1970-01-01');
      expect(text).toContain('Stop these nodes');
    }
  });

  it('ends what an earlier run began, without being told twice', async () => {
    expect(await run(heldBy(ours, true), usage)).toMatchObject({ result: ours, steps: takenOver });
  });

  it('lets a database that was restored be what it was, and leaves Redis as it is', async () => {
    const { result, steps, text } = await run(heldBy(theirs), usage, { isSame: true });
    expect([result, steps]).toEqual([theirs, [`becomes ${theirs}`]]);
    expect(text).toContain('This database is bbbbbbbb from now on');
  });
});
