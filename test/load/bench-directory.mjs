import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import knexFactory from 'knex';
import { logIn } from '../support/admin-client.mjs';
import { startCluster } from '../support/start-cluster.mjs';
import { readRss } from './measure.mjs';

/**
 * A large directory: how long a master takes to publish it, how long a slave takes to start on it and what memory it
 * needs, and how quickly a change reaches every node.
 */
export async function measureDirectory({ note, isQuick }) {
  const apiTokens = isQuick ? 10_000 : 100_000;
  const channels = isQuick ? 200 : 2_000;
  const changes = isQuick ? 20 : 100;
  const cluster = await startCluster({ slaves: 0 });
  try {
    const [first] = cluster.masters;
    const admin = await logIn(first.url);
    await fill(cluster.database.url, { apiTokens, channels });
    await first.kill('SIGTERM');
    await flush(cluster.redis.port);
    const startedAt = performance.now();
    await first.start();
    print(
      `master with ${apiTokens} tokens and ${channels} channels: ready after ${since(startedAt)}, RSS ${mb(first)}`,
    );
    const slaves = [];
    for (let n = 0; n < 2; n += 1) {
      const slaveStartedAt = performance.now();
      slaves.push(await cluster.addSlave());
      print(`slave: ready after ${since(slaveStartedAt)}, RSS ${mb(slaves[n])}`);
    }
    const nodes = [first, ...slaves];
    const subject = await prepareChange(admin);
    const lags = [];
    for (let n = 0; n < changes; n += 1) lags.push(await measureChange(subject, nodes, n));
    lags.sort((a, b) => a - b);
    const p99 = lags[Math.min(lags.length - 1, Math.floor(lags.length * 0.99))];
    print(`change of a channel on every node: p50 ${lags[lags.length >> 1].toFixed(0)} ms`);
    note(p99 < 1000, 'directory', 'propagation p99 in ms', p99.toFixed(0), '< 1000');
  } finally {
    await cluster.stop();
  }
}

/** Gives the one channel of an administrator another model, and waits until every node lists it. */
async function measureChange({ admin, token, channel }, nodes, n) {
  const model = `gpt-4o-mini-${n}`;
  const startedAt = performance.now();
  await admin.updateChannel(channel.id, { models: model });
  await Promise.all(nodes.map((node) => untilListed(node, token.key, model)));
  return performance.now() - startedAt;
}

async function prepareChange(admin) {
  const token = await admin.createToken();
  const baseUrl = 'http://127.0.0.1:9';
  const channel = await admin.createChannel({ name: 'changing', baseUrl, models: 'gpt-4o-mini' });
  return { admin, token, channel };
}

async function untilListed(node, key, model) {
  const url = `${node.url}/v1/models/${model}`;
  const headers = { authorization: `Bearer ${key}` };
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { ok } = await fetch(url, { headers });
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${node.url} never learned of ${model}`);
}

/** An empty Redis: the master has to publish everything. */
async function flush(port) {
  const socket = connect(port, '127.0.0.1');
  socket.write('FLUSHALL\r\n');
  await once(socket, 'data');
  socket.destroy();
}

async function fill(url, { apiTokens, channels }) {
  const client = 'pg';
  const database = knexFactory({ client, connection: url, pool: { min: 0, max: 1 } });
  try {
    const users = Math.ceil(apiTokens / 10);
    await database.raw(
      `INSERT INTO users (username, password, display_name, role, status, quota, "group", access_token, aff_code)
       SELECT 'load' || n, '', '', 1, 1, 1000000, 'default', md5('a' || n), md5('f' || n)
         FROM generate_series(1, ?) n`,
      [users],
    );
    const { rows } = await database.raw(
      `SELECT min(id) AS low FROM users WHERE username LIKE 'load%'`,
    );
    const low = Number(rows[0].low);
    const page = 5000;
    for (let start = 0; start < apiTokens; start += page) {
      const keys = Array.from({ length: Math.min(page, apiTokens - start) }, (_, n) =>
        `load${start + n}`.padEnd(48, 'x'),
      );
      const hashes = keys.map((key) => createHash('sha256').update(key).digest('hex'));
      const owners = keys.map((_, n) => low + ((start + n) % users));
      await database.raw(
        `INSERT INTO tokens (user_id, key, key_hash, status, name, expired_time, unlimited_quota)
         SELECT o, k, h, 1, 'load', -1, true FROM unnest(?::int[], ?::text[], ?::text[]) AS t(o, k, h)`,
        [owners, keys, hashes],
      );
    }
    await database.raw(
      `INSERT INTO channels (type, key, status, name, base_url, models, "group", used_quota, weight, priority)
       SELECT 1, 'sk-load', 1, 'load' || n, 'http://127.0.0.1:9', 'gpt-4o,gpt-4.1,model-' || n, 'default', 0, 0, 0
         FROM generate_series(1, ?) n`,
      [channels],
    );
  } finally {
    await database.destroy();
  }
}

function since(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

function mb({ pid }) {
  return `${readRss(pid).toFixed(0)} MB`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
