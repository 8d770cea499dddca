// How fast usage gets into the database, compared with what the database can take at all: a plain multi-row insert of the
// same log rows through the same driver, without anything else. Starts a throw-away server.
//
//   npm run build && node test/load/consume-bench.mjs [postgres|mysql] [rounds]
//
// CONSUME_BENCH_URL names a server that is there already.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretBox, silentLogger } from '@turnpike/core';
import { openDatabase, openStore } from '@turnpike/store';
import knexFactory from 'knex';
import { givePermission } from '../support/services/run-program.mjs';
import { startMysql } from '../support/services/start-mysql.mjs';
import { startPostgres } from '../support/services/start-postgres.mjs';

const EVENTS_A_ROUND = 16_000;
const BATCH = 500;
const HANDED_OVER = 64;
const USERS = 200;
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'gemini-2.5-pro', 'deepseek-chat'];
const GOAL = 0.3;

const [kind = 'postgres', rounds = '5'] = process.argv.slice(2);
const server = await startServer();
const database = await createDatabase(server.url);
try {
  await runBench(database.dsn);
} finally {
  await database.drop();
  await server.stop();
}

async function runBench(dsn) {
  const place = { sqlitePath: '', sqlDsn: dsn, logSqlDsn: '', migrates: true };
  const deps = { secretBox: createSecretBox('bench'), clock: { now: Date.now } };
  const store = await openStore(place, {
    ...deps,
    logger: silentLogger,
    isConsumptionLogged: () => true,
  });
  const plain = await openDatabase({ variable: 'SQL_DSN', dsn, sqlitePath: '' });
  await createAccounts(plain.knex);

  const ways = {
    'plain insert': (events) => insertPlainly(plain.knex, events),
    'full batches': (events) => applyInTurn(store, events, BATCH),
    'one-event batches': (events) => applyInTurn(store, events, HANDED_OVER),
  };
  const rates = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = -1; round < Number(rounds); round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      const events = makeEvents(EVENTS_A_ROUND);
      const startedAt = performance.now();
      const ms = (await run(events)) ?? performance.now() - startedAt;
      // The first round warms up.
      if (round >= 0) rates[name].push((EVENTS_A_ROUND / ms) * 1000);
    }
    for (const table of ['logs', 'usage_requests', 'usage_hourly'])
      await plain.knex(table).truncate();
  }
  report(rates);
  await plain.close();
  await store.close();
}

async function applyInTurn(store, events, size) {
  for (let at = 0; at < events.length; at += size) {
    const some = events.slice(at, at + size);
    const { charged } = await store.ledgerRepository.applyUsage(some);
    if (charged !== some.length)
      throw new Error(`${charged} of ${some.length} events were charged`);
  }
}

/** Prepares the statements before the clock starts; returns milliseconds. */
async function insertPlainly(knex, events) {
  const batches = [];
  for (let at = 0; at < events.length; at += BATCH)
    batches.push(events.slice(at, at + BATCH).map(toLogValues));
  const columns = Object.keys(toLogRow(events[0])).join(', ');
  const row = `(${Object.keys(toLogRow(events[0])).map(() => '?')})`;
  let number = 0;
  const text = `INSERT INTO logs (${columns}) VALUES ${Array(BATCH).fill(row).join()}`;
  const numbered = text.replaceAll('?', () => `$${(number += 1)}`);
  const connection = await knex.client.acquireConnection();
  const startedAt = performance.now();
  for (const rows of batches) {
    if (kind === 'postgres') await connection.query(numbered, rows.flat());
    else await connection.promise().query(`INSERT INTO logs (${columns}) VALUES ?`, [rows]);
  }
  const ms = performance.now() - startedAt;
  await knex.client.releaseConnection(connection);
  return ms;
}

function toLogValues(event) {
  return Object.values(toLogRow(event));
}

function toLogRow(event) {
  return {
    user_id: event.userId,
    created_at: Math.floor(event.at / 1000),
    type: 2,
    content: '倍率：1.25 × 1.00 × 4.00',
    username: event.username,
    token_name: event.apiTokenName,
    model_name: event.billedModel,
    quota: event.quota,
    prompt_tokens: event.usage.input.uncached,
    completion_tokens: event.usage.output.text,
    channel_id: event.channelId,
    request_id: event.requestId,
    elapsed_time: event.durationMs,
    is_stream: event.isStream,
    system_prompt_reset: false,
    token_id: event.apiTokenId,
    details:
      '{"operation":"chat","priceSource":"price-book","configVersion":1,"firstByteMs":120,"nodeId":"relay-1"}',
  };
}

async function createAccounts(knex) {
  for (let id = 1; id <= USERS; id += 1) {
    await knex('users').insert({
      id,
      username: `user${id}`,
      password: '',
      access_token: randomBytes(16).toString('hex'),
      aff_code: `a${id}`,
      quota: 1e12,
    });
    await knex('tokens').insert({
      id,
      user_id: id,
      key: randomBytes(24).toString('hex'),
      name: 'default',
      remain_quota: 1e12,
      unlimited_quota: id % 4 === 0,
    });
  }
  for (let id = 1; id <= 10; id += 1)
    await knex('channels').insert({ id, type: 1, key: 'k', name: `channel ${id}` });
}

function makeEvents(count) {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const account = 1 + Math.floor(Math.random() * USERS);
    const model = MODELS[index % MODELS.length];
    return {
      v: 1,
      requestId: makeRequestId(now + index),
      at: now,
      userId: account,
      username: `user${account}`,
      apiTokenId: account,
      apiTokenName: 'default',
      unlimitedToken: account % 4 === 0,
      channelId: 1 + (index % 10),
      model,
      upstreamModel: model,
      billedModel: model,
      operation: 'chat',
      usage: {
        input: { uncached: 900, cacheRead: 0, cacheWrite: 0 },
        output: { text: 300, reasoning: 0 },
        source: 'reported',
      },
      quota: 1 + (index % 5000),
      writtenOff: 0,
      hardBudget: false,
      price: {
        source: 'price-book',
        modelRatio: 1.25,
        completionRatio: 4,
        groupRatio: 1,
        version: 1,
      },
      isStream: index % 2 === 0,
      firstByteMs: 120,
      durationMs: 340,
      nodeId: 'relay-1',
      endState: 'complete',
      attempts: 1,
      systemPromptReset: false,
    };
  });
}

/** Time-ordered, as relays make them. */
function makeRequestId(ms) {
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function report(rates) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const base = median(rates['plain insert']);
  for (const [name, values] of Object.entries(rates)) {
    const rate = median(values);
    console.log(
      `${name.padEnd(20)} ${String(Math.round(rate)).padStart(7)} rows/s  ${(rate / base).toFixed(2)}`,
    );
  }
  const share = median(rates['full batches']) / base;
  console.log(
    `goal: full batches at ${GOAL} of a plain insert: ${share >= GOAL ? 'met' : 'NOT met'}`,
  );
  process.exitCode = share >= GOAL ? 0 : 1;
}

async function startServer() {
  const url = process.env.CONSUME_BENCH_URL;
  if (url) return { url, stop: () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-bench-'));
  await givePermission(folder);
  const started = await (kind === 'postgres' ? startPostgres : startMysql)(folder);
  return {
    url: started.url,
    async stop() {
      await started.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(url) {
  const client = kind === 'postgres' ? 'pg' : 'mysql2';
  const knex = knexFactory({ client, connection: url, pool: { min: 0, max: 1 } });
  const name = `turnpike_bench_${randomBytes(4).toString('hex')}`;
  await knex.raw(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    dsn: own.href,
    async drop() {
      await knex.raw(`DROP DATABASE ${name}`);
      await knex.destroy();
    },
  };
}
