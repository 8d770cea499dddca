import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { hello, postJson } from '../../../support/chat-requests.ts';
import { model, type ClusterWorld } from '../../../support/cluster/cluster-world.ts';
import { outage, times } from '../../../support/cluster/cluster-times.ts';
import { readMetric } from '../../../support/cluster/read-metric.ts';
import { countJobs, readUserState } from '../../../support/cluster/redis-state.ts';
import { openScene, type Scene } from '../../../support/cluster/scene.ts';
import { settleDown } from '../../../support/cluster/settle-down.ts';
import { waitFor } from '../../../support/wait-for.ts';

/** Case 9. */
export async function databaseStops(world: ClusterWorld): Promise<void> {
  const scene = await openScene(world);
  const traffic = scene.startTraffic();
  await traffic.more(40);
  // At once, without saying goodbye: PostgreSQL's "immediate shutdown", as after a crash.
  await world.database.kill(world.database.url.startsWith('postgres') ? 'SIGQUIT' : 'SIGKILL');
  await traffic.more(40);
  await outage();
  await traffic.more(20);
  const { failed, ...waiting } = await countJobs(world.redis.direct);
  expect(failed).toBe(0);
  expect(Object.values(waiting).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  await world.database.start();
  await traffic.more(40);
  await traffic.end();
  await scene.expectExactBill({ isCalm: true });
  scene.expectAllComplete();
}

/** Case 16. */
export async function databaseIsRestored(world: ClusterWorld): Promise<void> {
  const { database } = world;
  const scene = await openScene(world);
  const later = await openScene(world);
  await scene.send(20);
  await settleDown(world, scene.accounts, scene.since);
  const backup = `${database.dataFolder}-backup`;
  await database.stop();
  await copyFolder(database.dataFolder, backup);
  await database.start();
  await scene.send(60);
  await settleDown(world, scene.accounts, scene.since);
  const unheardOf = await openScene(world);
  const { key } = unheardOf.accounts[0]!;
  expect(await askAll(world, key)).toEqual(world.nodes().map(() => 200));
  await settleDown(world, unheardOf.accounts, unheardOf.since);
  // Nodes know versions of the configuration now that the backup has never heard of.
  for (const name of ['one', 'two', 'three']) await world.admin.setOption('SystemName', name);
  const before = await Promise.all(scene.accounts.map(({ userId }) => balanceOf(world, userId)));

  await database.stop();
  await rm(database.dataFolder, { recursive: true });
  await copyFolder(backup, database.dataFolder);
  await database.start();

  const master = world.masters[0]!;
  await waitFor(
    'the alarm',
    async () => (await readMetric(master, 'turnpike_ledger_ahead_accounts_total')) > 0,
    times.patience,
  );
  for (const [index, { userId }] of scene.accounts.entries()) {
    const stored = await balanceOf(world, userId);
    expect(stored).toBeGreaterThan(before[index]!);
    await waitFor(
      'Redis to follow the database',
      async () => (await readUserState(world.redis.direct, userId)).quota === stored,
      times.patience,
    );
  }
  await waitFor(
    'a key that was made after the backup to be nobody',
    async () => (await askAll(world, key)).every((status) => status === 401),
    times.patience,
  );
  const since = await world.simulator.count();
  await later.send(40);
  await later.expectExactBill({ isCalm: true, since });
  await expectChangesToCount(world, later);
}

/** Edits after the restore are effective, although their versions are lower than what nodes have seen. */
async function expectChangesToCount(world: ClusterWorld, { accounts }: Scene): Promise<void> {
  const [account] = accounts;
  const name = world.newName('gpt-4o-mini-of');
  await world.admin.setOption('ModelRatio', { [model]: 1.5, [name]: 1 });
  await world.admin.createChannel({ name, baseUrl: world.simulator.url, models: name });
  await waitFor(
    'every node to serve a channel that was made after the restore',
    async () => (await askAll(world, account!.key, name)).every((status) => status === 200),
    times.patience,
  ).catch((error: unknown) => {
    throw new Error(world.logs(), { cause: error });
  });
  await account!.owner.call('PUT', '/api/token/?status_only=true', {
    id: account!.apiTokenId,
    status: 2,
  });
  expect(await askAll(world, account!.key)).toEqual(world.nodes().map(() => 401));
}

/** What each node answers to a key. */
function askAll(world: ClusterWorld, key: string, wanted = model): Promise<number[]> {
  return Promise.all(
    world.nodes().map(async (node) => {
      const url = `${node.url}/v1/chat/completions`;
      const answer = await postJson(url, key, { ...hello, model: wanted });
      await answer.text();
      return answer.status;
    }),
  );
}

/** Owners and modes included: a database starts on nothing else. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

async function balanceOf(world: ClusterWorld, userId: number): Promise<number> {
  const row = await world
    .books<{ id: number; quota: string }>('users')
    .where({ id: userId })
    .first();
  return Number(row?.quota);
}
