import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../../support/admin-client.mjs';
import { hello, postJson } from '../../support/chat-requests.ts';
import { clusterTimes, times } from '../../support/cluster/cluster-times.ts';
import { catchOnAll, isSnapshotPublish } from '../../support/cluster/command-matchers.ts';
import { model } from '../../support/cluster/cluster-world.ts';
import { listDatabasePackages, recordPackages } from '../../support/cluster/loaded-packages.ts';
import { startSimulator, type Simulator } from '../../support/cluster/simulator-process.ts';
import { startClusterRedis, type ClusterRedis } from '../../support/cluster/start-cluster-redis.ts';
import { startCluster, type StartedCluster } from '../../support/start-cluster.mjs';
import type { Gateway } from '../../support/start-gateway.mjs';
import { openSdk } from '../../support/start-world.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

let simulator: Simulator;
let redis: ClusterRedis;
let cluster: StartedCluster;
let slave: Gateway;
const loaded = { bySlave: recordPackages(), byMaster: recordPackages() };
beforeAll(async () => {
  [simulator, redis] = await Promise.all([startSimulator(), startClusterRedis('single')]);
  cluster = await startCluster({
    masters: 0,
    slaves: 0,
    redisUrl: redis.urls.master,
    env: clusterTimes,
  });
});
afterAll(async () => {
  await cluster.stop();
  await redis.stop();
  await simulator.stop();
  for (const record of Object.values(loaded)) record.remove();
});

describe('a slave', () => {
  it('that is there before its master says so, and serves when the master is there', async () => {
    slave = await cluster.addSlave(loaded.bySlave.environment, { readyPath: '/healthz' });
    const early = await fetch(`${slave.url}/readyz`);
    expect(early.status).toBe(503);
    expect(early.headers.get('retry-after')).not.toBeNull();
    expect(await early.text()).toContain('a master has to run with the same REDIS_CONN_STRING');
    const managed = await fetch(`${slave.url}/api/status`);
    expect([managed.status, await managed.text()]).toEqual([
      404,
      expect.stringContaining('set FRONTEND_BASE_URL here'),
    ]);
    const refused = await postJson(`${slave.url}/v1/chat/completions`, 'sk-any', hello);
    expect(refused.status).toBe(503);

    const master = await cluster.addMaster(loaded.byMaster.environment);
    const admin = await logIn(master.url);
    await admin.createChannel({ name: 'first', baseUrl: simulator.url, models: model });
    const { key } = await admin.createToken();
    await waitFor('the slave to be ready', async () => (await fetch(`${slave.url}/readyz`)).ok);
    await waitFor('the slave to serve', async () => {
      const answer = await postJson(`${slave.url}/v1/chat/completions`, key, hello);
      return answer.status === 200;
    });
  });

  it('serves the official SDK, whole and streamed', async () => {
    const [master] = await Promise.all([cluster.addMaster()]);
    const admin = await logIn(master.url);
    const token = await admin.createToken({ name: 'for-the-sdk' });
    const openai = openSdk(slave, token.key);
    const whole = await openai.chat.completions.create(hello);
    expect(whole.choices[0]?.message.content).toMatch(/^the a of/);
    const stream = await openai.chat.completions.create({
      ...hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let completionTokens = 0;
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? '';
      completionTokens += usage?.completion_tokens ?? 0;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(completionTokens).toBe(whole.usage?.completion_tokens);
    await waitFor('both charges', async () => (await admin.getToken(token.id)).used_quota > 0);
  });

  it('has loaded nothing that is for a database or for the management API, all this time', async () => {
    await Promise.all(['/', '/api/status', '/metrics'].map((path) => fetch(slave.url + path)));
    await slave.stop();
    const unwanted = new Set(listDatabasePackages());
    expect(unwanted).toContain('better-sqlite3');
    // The record would have them: it has them of the master, but for what is loaded when it is wanted.
    const ofMaster = loaded.byMaster.read();
    for (const name of ['@turnpike/store', '@turnpike/master', 'knex', 'pg', 'passport', 'bcrypt'])
      expect(ofMaster).toContain(name);
    expect(loaded.bySlave.read()).toContain('ioredis');
    expect([...loaded.bySlave.read()].filter((name) => unwanted.has(name))).toEqual([]);
  });
});

describe('a master', () => {
  it('that gets no answer when it first publishes the configuration starts all the same, and tries again', async () => {
    const held = catchOnAll(redis.proxies.master, 'hold', isSnapshotPublish);
    const master = await cluster.addMaster({}, { readyPath: '/healthz' });
    const complaint = 'configuration not published at the start';
    await waitFor('it to complain', () => master.logs().includes(complaint), times.patience);
    expect(held.commands.length).toBeGreaterThan(0);
    held.release();
    const isReady = async (): Promise<boolean> => (await fetch(`${master.url}/readyz`)).ok;
    await waitFor('the master to be ready', isReady, times.patience);
    expect(master.isRunning).toBe(true);
  });
});
