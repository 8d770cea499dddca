// How fast the log is read where it has ten million rows, through the management API, on PostgreSQL.
// Starts a throw-away server and a gateway, fills a year of rows, and asks each question several times.
//
//   npm run bench:logs -- [--rows 10000000] [--rounds 15] [--json <file>]
//
// Takes about six minutes and 9 GB in the temporary folder. BENCH_LOGS_URL names a server that is there already.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import knexFactory from 'knex';
import { logIn } from '../support/admin-client.mjs';
import { givePermission } from '../support/services/run-program.mjs';
import { startPostgres } from '../support/services/start-postgres.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { median } from './bench-report.mjs';
import { fillLogs, OLD_CHANNEL, OLD_MODEL } from './fill-logs.mjs';

const GOAL_MS = 200;
const MONTH = 30 * 24 * 3600;

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '15' },
    json: { type: 'string' },
  },
});

const server = await startServer();
const database = await createDatabase(server.url);
let gateway;
try {
  gateway = await startGateway({ env: { SQL_DSN: database.dsn } });
  process.exitCode = (await runBench()) ? 0 : 1;
} finally {
  await gateway?.stop();
  await database.drop();
  await server.stop();
}

async function runBench() {
  const root = await logIn(gateway.url);
  const heavy = await root.createUser({ username: 'heavy' });
  const ordinary = await root.createUser({ username: 'ordinary' });
  const now = Math.floor(Date.now() / 1000);
  console.log(`filling ${flags.rows} rows`);
  await fillLogs(database.dsn, {
    rows: Number(flags.rows),
    now,
    heavy: heavy.user,
    ordinary: ordinary.user,
    print: (line) => console.log(line),
  });
  const figures = [];
  for (const { name, ask, isGoal } of listQuestions({ root, heavy, ordinary, now }))
    figures.push({ name, isGoal, ...(await measure(ask)) });
  report(figures);
  if (flags.json !== undefined) await writeFile(flags.json, JSON.stringify(figures, null, 2));
  return figures.every(({ isGoal, p50 }) => !isGoal || p50 < GOAL_MS);
}

/** `isGoal`: its median must be below 200 ms. */
function listQuestions({ root, heavy, ordinary, now }) {
  const month = `start_timestamp=${now - MONTH}&end_timestamp=${now}`;
  const old = `start_timestamp=${now - 300 * 86400}&end_timestamp=${now - 270 * 86400}`;
  const ask = (client, path) => ({ name: `${client.user.username} ${path}`, client, path });
  const questions = [
    ask(root, '/api/log/?p=0'),
    ask(root, '/api/log/?p=999'),
    ask(root, `/api/log/?username=heavy&model_name=model-3&${month}`),
    ask(root, `/api/log/?username=heavy&model_name=${OLD_MODEL}`),
    ask(root, `/api/log/?username=ordinary&type=6`),
    ask(root, `/api/log/?model_name=${OLD_MODEL}`),
    ask(root, `/api/log/?channel=${OLD_CHANNEL}&token_name=token%203`),
    ask(root, `/api/log/?type=1&${old}`),
    ask(root, `/api/log/?${old}`),
    ask(root, `/api/log/?page_size=100&cursor=${farCursor(now)}&${old}`),
    ask(root, '/api/log/search?keyword=topped%20up%207'),
    ask(root, '/api/log/search?keyword=not%20there'),
    ask(heavy, '/api/log/self?p=0'),
    ask(ordinary, '/api/log/self?p=0&type=2'),
    ask(root, `/api/log/stat?username=heavy&${month}`),
    ask(root, `/api/log/stat?channel=7&${month}`),
    ask(heavy, `/api/log/self/stat?${month}`),
    ask(ordinary, `/api/log/self/stat?${month}`),
    ask(heavy, `/api/data/self?${month}`),
    ask(root, `/api/data/?username=heavy&${month}`),
    ask(heavy, '/api/user/dashboard'),
  ].map(({ name, client, path }) => ({ name, isGoal: true, ask: () => client.call('GET', path) }));
  const all = `/api/data/?${month}&granularity=day`;
  return [
    ...questions,
    { name: `root ${all}`, isGoal: false, ask: () => root.call('GET', all) },
    { name: 'root /api/log/stat', isGoal: false, ask: () => root.call('GET', '/api/log/stat') },
  ];
}

/** In the middle of what is asked for: how lists say where a page begins. */
function farCursor(now) {
  const place = ['created_at', 'desc', now - 285 * 86400, Number.MAX_SAFE_INTEGER];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The first time counts too: then it comes from the disk. */
async function measure(ask) {
  const times = [];
  for (let round = 0; round < Number(flags.rounds); round += 1) {
    const startedAt = performance.now();
    await ask();
    times.push(performance.now() - startedAt);
  }
  return { first: times[0], p50: median(times), worst: Math.max(...times) };
}

function report(figures) {
  console.log(`\n  ${'p50 ms'.padStart(8)}${'first'.padStart(8)}${'worst'.padStart(8)}`);
  const toCell = (ms) => ms.toFixed(1).padStart(8);
  for (const { name, isGoal, first, p50, worst } of figures) {
    const mark = !isGoal ? ' ' : p50 < GOAL_MS ? '+' : '!';
    console.log(`${mark} ${toCell(p50)}${toCell(first)}${toCell(worst)}  ${name}`);
  }
  const missed = figures.filter(({ isGoal, p50 }) => isGoal && p50 >= GOAL_MS).length;
  console.log(
    `\ngoal: medians below ${GOAL_MS} ms: ${missed === 0 ? 'met' : `missed ${missed} times`}`,
  );
}

async function startServer() {
  const url = process.env.BENCH_LOGS_URL;
  if (url) return { url, stop: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-bench-logs-'));
  await givePermission(folder);
  const started = await startPostgres(folder);
  return {
    url: started.url,
    async stop() {
      await started.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(url) {
  const knex = knexFactory({ client: 'pg', connection: url, pool: { min: 0, max: 1 } });
  const name = `turnpike_bench_${randomBytes(4).toString('hex')}`;
  await knex.raw(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    dsn: own.href,
    async drop() {
      await knex.raw(`DROP DATABASE ${name} WITH (FORCE)`);
      await knex.destroy();
    },
  };
}
