// Kills the gateway with SIGKILL under load, starts it again, and then compares what clients saw, what the upstream
// served and the books. Exit code 0: the bill is exact, and the check notices when it is made wrong on purpose.
// Usage: node test/load/kill-test.mjs [--requests 20000] [--connections 64] [--kills 3] [--calm]
// `--calm`: nothing is killed, aborted or made to fail; then the three sets must be equal.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { logIn } from '../support/admin-client.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { findUnnoticedMutations, openBooks, readBooks, verifyLedger } from './books.mjs';
import { findBillingErrors } from './oracle.mjs';
import { startScript } from './processes.mjs';
import { runTraffic } from './traffic.mjs';

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '64' },
    kills: { type: 'string', default: '3' },
    calm: { type: 'boolean', default: false },
  },
});
const count = Number(flags.requests);
const kills = flags.calm ? 0 : Number(flags.kills);

const modelRatio = 1.5;
const completionRatio = 3;
const price = ({ promptTokens, completionTokens }) =>
  Math.ceil((promptTokens + completionTokens * completionRatio) * modelRatio);

const simulator = await startScript(
  new URL('../support/run-simulator.mjs', import.meta.url).pathname,
  ['--max-records', String(count * 4)],
);
const gateway = await startGateway();
let problems = ['the test did not get to its end'];
try {
  const accounts = await setUp();
  const startedAt = Date.now();
  const killer = createKiller();
  const sights = await runTraffic({
    url: () => gateway.url,
    keys: accounts.map(({ key }) => key),
    count,
    connections: Number(flags.connections),
    isCalm: flags.calm,
    onProgress: killer.note,
  });
  await killer.restarted();
  print(`${count} requests in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  printOutcomes(sights);
  problems = await judge(sights, accounts);
} finally {
  await gateway.stop();
  await simulator.stop();
}
for (const problem of problems.slice(0, 20)) print(`WRONG  ${problem}`);
print(problems.length === 0 ? 'PASS  the bill is exact' : `FAIL  ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Two channels in two tiers, and accounts of each kind: rich, limited by token, and with a budget that runs out. */
async function setUp() {
  const admin = await logIn(gateway.url);
  await admin.setOption('HardBudgetEnabled', 'true');
  await admin.setOption('RetryTimes', '1');
  await admin.setOption('ModelRatio', { 'gpt-4o-mini': modelRatio });
  await admin.setOption('CompletionRatio', { 'gpt-4o-mini': completionRatio });
  for (const [name, priority] of [
    ['first', 10],
    ['second', 0],
  ]) {
    const baseUrl = `${simulator.url}/as/${name}`;
    await admin.createChannel({ name, baseUrl, models: 'gpt-4o-mini', priority });
  }
  const rich = 1_000_000_000;
  const small = count * 15;
  const plans = [
    { username: 'rich', quota: rich, token: { unlimited_quota: true } },
    { username: 'limited', quota: rich, token: { unlimited_quota: false, remain_quota: small } },
    { username: 'poor', quota: flags.calm ? rich : small, token: { unlimited_quota: true } },
  ];
  const accounts = [];
  for (const { username, quota, token } of plans) {
    const user = await admin.createUser({ username, quota });
    const created = await user.createToken({
      name: `token-of-${username}`,
      ...token,
      ...(flags.calm && { unlimited_quota: true }),
    });
    accounts.push({
      userId: user.user.id,
      tokenName: created.name,
      key: created.key,
      startQuota: quota,
    });
  }
  return accounts;
}

/** Kills at equal distances; the traffic goes on meanwhile and meets a closed port. */
function createKiller() {
  let killed = 0;
  let restarted = Promise.resolve();
  let isRestarting = false;
  return {
    /** Told after each request how many there were. */
    note(done) {
      if (isRestarting || killed >= kills || done < (count / (kills + 1)) * (killed + 1)) return;
      killed += 1;
      print(`kill -9 after ${done} requests`);
      isRestarting = true;
      restarted = restart().then(() => {
        isRestarting = false;
      });
    },
    /** Resolves when the gateway runs again; rejects when it did not start. */
    restarted: () => restarted,
  };
}

async function restart() {
  await gateway.kill('SIGKILL');
  await gateway.start();
}

async function judge(sights, accounts) {
  const served = await readServed();
  const stopped = await gateway.kill('SIGTERM');
  const { dataDir } = gateway;
  const connection = openBooks({ sqlitePath: join(dataDir, 'turnpike.db') });
  try {
    const evidence = { sights, served, price, isCalm: flags.calm };
    const check = (books) => findBillingErrors({ ...evidence, books });
    const books = await readBooks(connection, accounts);
    print(`${books.logs.length} charges, ${served.length} requests served upstream`);
    const found = check(books);
    if (stopped.code !== 0) found.push(`SIGTERM ended with ${JSON.stringify(stopped)}`);
    found.push(...(await verifyLedger({ cwd: dataDir, env: { DATA_DIR: dataDir } })));
    // Each mutation must be noticed, or the check is worth nothing.
    if (found.length === 0)
      found.push(...(await findUnnoticedMutations({ connection, accounts, check })));
    return found;
  } finally {
    await connection.destroy();
  }
}

async function readServed() {
  const served = [];
  for (;;) {
    const after = served.at(-1)?.sequence ?? 0;
    const response = await fetch(`${simulator.url}/_sim/requests?after=${after}&limit=5000`);
    const { requests } = await response.json();
    if (requests.length === 0) return served.filter(({ requestId }) => requestId !== '');
    served.push(...requests);
  }
}

function printOutcomes(sights) {
  const counts = {};
  for (const { plan, outcome, status } of sights) {
    const what = `${plan}: ${outcome}${outcome === 'refused' ? ` ${status}` : ''}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  for (const [what, number] of Object.entries(counts).sort()) print(`  ${number}  ${what}`);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
