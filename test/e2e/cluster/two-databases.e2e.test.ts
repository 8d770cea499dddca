import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Knex } from 'knex';
import { openBooks, readBooks } from '../../load/books.mjs';
import { outage, times } from '../../support/cluster/cluster-times.ts';
import { startClusterWorld, type ClusterWorld } from '../../support/cluster/cluster-world.ts';
import { makeBatch, makeUsageEvent, openUsageQueue } from '../../support/cluster/queue-jobs.ts';
import { countJobs } from '../../support/cluster/redis-state.ts';
import { openScene } from '../../support/cluster/scene.ts';
import { startGateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

const binary = fileURLToPath(new URL('../../../packages/server/bin/turnpike.mjs', import.meta.url));
const claimKey = 'turnpike:database';

let world: ClusterWorld;
/** A database of somebody else, who was given the same Redis. */
let otherDsn: string;
let otherBooks: Knex;
beforeAll(async () => {
  world = await startClusterWorld({ slaves: 1 });
  await world.books.raw('CREATE DATABASE other');
  const url = new URL(world.database.url);
  url.pathname = '/other';
  otherDsn = url.href;
  otherBooks = openBooks({ dsn: otherDsn });
  expect(await run(['migrate'], otherDsn)).toMatchObject({ code: 0 });
});
afterEach(() => world.mend());
afterAll(async () => {
  await otherBooks.destroy();
  await world.stop();
});

/** A command with the settings of the masters. */
function run(
  args: readonly string[],
  dsn = world.database.url,
): Promise<{ code: number; output: string }> {
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'error', ...world.masterEnvironment };
  const place = { cwd: tmpdir(), env: { ...env, DATA_DIR: tmpdir(), SQL_DSN: dsn } };
  return new Promise((resolve) => {
    execFile(process.execPath, [binary, ...args], place, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

async function readId(books: Knex): Promise<string> {
  const row = await books<{ name: string; value: string }>('turnpike_meta')
    .where({ name: 'database-id' })
    .first();
  return row!.value;
}

const readClaim = (): Promise<string | null> => world.redis.direct.get(claimKey);

/** What somebody who watches the node reads. */
async function readReadiness({ url }: { url: string }): Promise<string> {
  const answer = await fetch(`${url}/readyz`);
  return `${answer.status} ${await answer.text()}`;
}

const untilReadiness = (node: { url: string }, expected: RegExp): Promise<unknown> =>
  waitFor(
    `${expected.source} of ${node.url}`,
    async () => expected.test(await readReadiness(node)),
    times.patience,
  );

describe('a second database on the Redis and prefix of a cluster', () => {
  it('gets no master: it does not start, says why, and changes nothing of the bill', async () => {
    const scene = await openScene(world);
    const traffic = scene.startTraffic();
    await traffic.more(30);
    const refusal: unknown = await world
      .addMaster({ SQL_DSN: otherDsn })
      .catch((error: unknown) => error);
    await traffic.more(30);
    await traffic.end();
    await scene.expectExactBill({ isCalm: true });
    scene.expectAllComplete();

    const [ours, theirs] = [await readId(world.books), await readId(otherBooks)];
    expect(await readClaim()).toBe(ours);
    const text = String(refusal);
    expect(text).toContain('"code":1');
    for (const part of [ours.slice(0, 8), theirs.slice(0, 8), 'REDIS_KEY_PREFIX turnpike'])
      expect(text).toContain(part);
    expect(await otherBooks('users')).toEqual([]);
    expect(await otherBooks('usage_requests')).toEqual([]);
  });

  it('gets no slave with that database either: it is not ready, and has no management API', async () => {
    const env = { ...world.masterEnvironment, NODE_TYPE: 'slave', SQL_DSN: otherDsn };
    const slave = await startGateway({ env, readyPath: '/healthz' });
    try {
      await untilReadiness(slave, /^503 .*Redis belongs to the database/s);
      expect((await fetch(`${slave.url}/api/status`)).status).toBe(503);
      expect(slave.logs()).toContain('Give each of them a REDIS_KEY_PREFIX');
      expect(await readClaim()).toBe(await readId(world.books));
    } finally {
      expect(await slave.stop()).toEqual({ code: 0, signal: null });
    }
  });
});

describe('the claim of a running cluster', () => {
  it('is made again after a flush', async () => {
    const scene = await openScene(world);
    const traffic = scene.startTraffic();
    await traffic.more(20);
    await world.redis.each((server) => server.flushall());
    await waitFor('the claim', async () => (await readClaim()) !== null, times.patience);
    expect(await readClaim()).toBe(await readId(world.books));
    await traffic.more(20);
    await traffic.end();
    await scene.expectExactBill({ isCalm: true });
  });

  it('stops the use of Redis when it becomes another’s, with a reason, and nothing is lost when it is back', async () => {
    const scene = await openScene(world);
    const nodes = [world.masters[0]!, world.slaves[0]!];
    const ours = await readId(world.books);
    const traffic = scene.startTraffic();
    await traffic.more(20);
    await world.redis.direct.set(claimKey, randomUUID());
    world.onMend(() => void world.redis.direct.set(claimKey, ours));
    for (const node of nodes) await untilReadiness(node, /^503 .*Redis belongs to the database/s);
    const [master] = nodes;
    expect(master!.logs()).toContain('redis is for another database: this node leaves it alone');
    const refused = await scene.send(4);
    expect(refused.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual(
      refused.map(() => 'refused 503'),
    );

    // What the relays of the other cluster publish.
    const jobs = openUsageQueue(world);
    const foreign = makeUsageEvent(scene.accounts[0]!);
    const jobId = await jobs.add(makeBatch([foreign]));
    await expect(world.admin.setOption('SystemName', 'of nobody')).rejects.toThrow();
    await outage();
    const job = await jobs.queue.getJob(jobId);
    expect(await job?.getState()).toBe('waiting');
    expect((await readBooks(world.books, scene.accounts)).requests.has(foreign.requestId)).toBe(
      false,
    );
    expect(master!.isRunning).toBe(true);
    await job!.remove();
    await jobs.close();

    await world.redis.direct.set(claimKey, ours);
    for (const node of nodes) await untilReadiness(node, /^200/);
    await traffic.more(20);
    await traffic.end();
    await scene.expectExactBill({ isCalm: true });
  });
});

describe('turnpike rebuild-redis', () => {
  it('gives Redis to another database where nobody uses it and its usage may go, and back, and the journals still have all', async () => {
    const scene = await openScene(world);
    const [master, slave] = [world.masters[0]!, world.slaves[0]!];
    await scene.send(5);
    await scene.expectExactBill({ isCalm: true });
    await master.kill('SIGTERM');
    const unpaid = await scene.send(5);

    const alive = await run(['rebuild-redis', '--take-over'], otherDsn);
    expect(alive).toMatchObject({ code: 1, output: expect.stringMatching(/slave .*, seen /) });
    await slave.kill('SIGTERM');
    const refused = await run(['rebuild-redis'], otherDsn);
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('--take-over') });
    expect(await readClaim()).toBe(await readId(world.books));
    const taken = await run(['rebuild-redis', '--take-over'], otherDsn);
    expect(taken).toMatchObject({
      code: 0,
      output: expect.stringContaining('belongs to this database now'),
    });
    expect(await readClaim()).toBe(await readId(otherBooks));
    await expect(master.start()).rejects.toThrow('this Redis belongs to another database');
    const { failed: _failed, ...jobs } = await countJobs(world.redis.direct);
    expect(Object.values(jobs).every((count) => count === 0)).toBe(true);

    const back = await run(['rebuild-redis']);
    expect(back.code).toBe(0);
    await master.start();
    await slave.start();
    await waitFor(
      'the usage in the journal of the slave',
      async () => {
        const { requests } = await readBooks(world.books, scene.accounts);
        return unpaid.every(({ id }) => requests.has(id));
      },
      times.patience,
    );
    await scene.expectExactBill({ isCalm: true });
  });

  it('lets a database that was restored from the time before it had an id go on', async () => {
    const scene = await openScene(world);
    const master = world.masters[0]!;
    await master.kill('SIGTERM');
    await scene.send(5);
    // As a migration leaves it that is made anew on an older backup.
    await world
      .books('turnpike_meta')
      .where({ name: 'database-id' })
      .update({ value: randomUUID() });
    await expect(master.start()).rejects.toThrow('restored from a backup');
    const claimed = await readClaim();
    expect((await run(['rebuild-redis', '--same-database'])).code).toBe(0);
    expect([await readClaim(), await readId(world.books)]).toEqual([claimed, claimed]);
    await master.start();
    await scene.expectExactBill({ isCalm: true });
  });
});
