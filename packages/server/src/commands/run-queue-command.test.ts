import { describe, expect, it } from '@jest/globals';
import type { UsageBatch, UsageEvent } from '@turnpike/core';
import { createInMemoryParkedUsage, makeUsageEvent } from '@turnpike/core/testing';
import type { QueueCommandDeps } from './queue-command-deps.ts';
import { runQueueCommand } from './run-queue-command.ts';

const NOW = 1_790_000_100_000;

function openCommand({ isCluster }: { isCluster: boolean }) {
  const parkedUsage = createInMemoryParkedUsage();
  const lines: string[] = [];
  const added: UsageBatch[] = [];
  const applied: string[] = [];
  const bad = new Set<string>();
  const deps: QueueCommandDeps = {
    parkedUsage,
    usageQueue: isCluster
      ? {
          counts: async () => ({ waiting: 3, active: 1, delayed: 2, oldestMs: 12_400 }),
          add: async (batch) => void added.push(batch),
        }
      : undefined,
    ledgerRepository: {
      async applyUsage(events) {
        const [event] = events as [UsageEvent];
        if (bad.has(event.requestId)) throw new Error('still bad');
        applied.push(event.requestId);
        return { charged: 1, repeated: 0, users: [], apiTokens: [] };
      },
    },
    newBatchId: () => `batch-${String(added.length + 1)}`,
    clock: { now: () => NOW },
    print: (line) => void lines.push(line),
  };
  const run = (...operands: string[]) => runQueueCommand(deps, operands);
  return { run, parkedUsage, lines, added, applied, bad };
}

describe('turnpike queue', () => {
  it('shows the counts, and what is parked with its reason', async () => {
    const { run, parkedUsage, lines } = openCommand({ isCluster: true });
    const event = makeUsageEvent({ userId: 7, apiTokenId: 8, quota: 30 });
    await parkedUsage.park([event], 'out of range');
    await parkedUsage.parkJob({ id: 'job-1', data: '"nonsense"', reason: 'not a batch' });

    expect(await run()).toBe(0);

    const text = lines.join('\n');
    expect(text).toMatch(/waiting: 3\n.*applied: 1\n.*attempt: 2\n.*event: 12 s\nparked: 2\n/);
    expect(text).toContain(
      `${event.requestId}  parked 2026-09-21T14:13:20.000Z  user 7  token 8  model gpt-4o  quota 30\n    out of range`,
    );
    expect(text).toMatch(/job-1.*only be dropped\n {4}not a batch\n {4}"nonsense"/);
  });

  it('explains itself on a wrong command line', async () => {
    const { run, lines } = openCommand({ isCluster: true });
    expect(await run('retry')).toBe(2);
    expect(await run('clear', 'all')).toBe(2);
    expect(await run('drop', 'all')).toBe(2);
    expect(lines[0]).toContain('turnpike queue retry <request id…|all>');
  });

  it('adds chosen events as a batch; they stay parked until they are charged', async () => {
    const { run, parkedUsage, added, lines } = openCommand({ isCluster: true });
    const [one, other] = [makeUsageEvent(), makeUsageEvent()];
    await parkedUsage.park([one, other], 'bad');

    expect(await run('retry', one.requestId)).toBe(0);
    expect(await run('retry', 'nobody')).toBe(1);

    expect(added.map(({ id, events }) => [id, events])).toEqual([['batch-1', [one]]]);
    expect(await parkedUsage.count()).toBe(2);
    expect(lines).toContain('nobody: not a parked event');
  });

  it('adds all in batches of 500, but none that is too old', async () => {
    const { run, parkedUsage, added, lines } = openCommand({ isCluster: true });
    const events = Array.from({ length: 1001 }, () => makeUsageEvent());
    const old = makeUsageEvent();
    await parkedUsage.park(events, 'bad');
    await parkedUsage.park([old], 'too-old');

    expect(await run('retry', 'all')).toBe(1);

    expect(added.map((batch) => batch.events.length)).toEqual([500, 500, 1]);
    expect(new Set(added.map(({ nodeId }) => nodeId)).size).toBe(1);
    expect(lines).toContain(`${old.requestId}: too old to be charged; drop it`);
  });

  it('drops an event by one that charges nothing, so that its quota becomes free', async () => {
    const { run, parkedUsage, added, lines } = openCommand({ isCluster: true });
    const event = makeUsageEvent({ at: 1, quota: 1e21, hardBudget: true });
    await parkedUsage.park([event], 'bad');
    await parkedUsage.parkJob({ id: 'job-1', data: 'x', reason: 'not a batch' });

    expect(await run('drop', event.requestId, 'job-1')).toBe(0);
    expect(await run('drop', event.requestId)).toBe(1);

    expect(added).toHaveLength(1);
    expect(added[0]?.events).toMatchObject([
      { requestId: event.requestId, userId: 1, quota: 0, at: NOW, endState: 'expired' },
    ]);
    expect(await parkedUsage.count()).toBe(0);
    expect(lines).toEqual([
      'dropped: 2 of 2',
      'dropped: 0 of 1',
      expect.stringContaining('not parked'),
    ]);
  });
});

describe('turnpike queue in standalone mode', () => {
  it('shows what is parked', async () => {
    const { run, parkedUsage, lines } = openCommand({ isCluster: false });
    await parkedUsage.park([makeUsageEvent()], 'too-old');

    expect(await run()).toBe(0);
    expect(lines.join('\n')).toMatch(/Standalone.*\nparked: 1\n.*\n {4}too-old/);
  });

  it('charges parked events straight away, and leaves those that fail again', async () => {
    const { run, parkedUsage, applied, bad, lines } = openCommand({ isCluster: false });
    const [good, other] = [makeUsageEvent(), makeUsageEvent()];
    await parkedUsage.park([good, other], 'bad');
    bad.add(other.requestId);

    expect(await run('retry', 'all')).toBe(1);

    expect(applied).toEqual([good.requestId]);
    expect([...parkedUsage.events.keys()]).toEqual([other.requestId]);
    expect(lines).toEqual([`${other.requestId}: still bad`, 'charged: 1']);
  });

  it('drops events', async () => {
    const { run, parkedUsage } = openCommand({ isCluster: false });
    const event = makeUsageEvent();
    await parkedUsage.park([event], 'too-old');

    expect(await run('drop', event.requestId)).toBe(0);
    expect(await parkedUsage.count()).toBe(0);
  });
});
