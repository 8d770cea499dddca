// Measures a cluster: what a slave costs on one core while Redis, PostgreSQL, the master, the upstream and the load have
// the other one; two slaves behind nginx; a large directory; and that every request was billed.
// Usage: npm run bench:cluster -- [--quick] [--only relay|pair|directory]
// Needs Linux, wrk, nginx and a C compiler (installed from Debian when run as root).
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { logIn } from '../support/admin-client.mjs';
import { startCluster } from '../support/start-cluster.mjs';
import { median, printGate, summarize } from './bench-report.mjs';
import { measureDirectory } from './bench-directory.mjs';
import { prepareBody, readRss, runWrk } from './measure.mjs';
import { startBalancer } from './balancer.mjs';
import { cores, pin, requireTools, startScript, temporaryFolder } from './processes.mjs';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const rounds = flags.quick ? 2 : 5;
const seconds = flags.quick ? 3 : 8;
const wants = (name) => flags.only === undefined || flags.only === name;

requireTools(['wrk', 'taskset', 'nginx']);
mkdirSync(temporaryFolder, { recursive: true });
const path = '/v1/chat/completions';
const bodyFile = prepareBody('small', {
  model: 'gpt-4o-mini',
  messages: [
    {
      role: 'user',
      content: 'Tell me in three sentences how a turnpike worked two hundred years ago. ',
    },
  ],
});

let isGood = true;
const note = (isPassed, ...rest) => {
  isGood = printGate(isPassed, ...rest) !== false && isPassed && isGood;
};

const upstream = await startScript('upstream.mjs', [], cores.rest);
try {
  if (wants('relay') || wants('pair')) await measureRelay();
  if (wants('directory')) await measureDirectory({ note, isQuick: flags.quick });
} finally {
  await upstream.stop();
}
process.exitCode = isGood ? 0 : 1;

async function measureRelay() {
  const cluster = await startCluster({
    slaves: 2,
    command: pin(cores.rest),
    slaveCommand: pin(cores.measured),
    env: { TEST_FORWARD_REQUEST_ID: 'false' },
  });
  const floor = await startScript('floor-proxy.mjs', ['--upstream', upstream.url], cores.measured);
  try {
    const [master] = cluster.masters;
    const admin = await logIn(master.url);
    await admin.createChannel({ name: 'load', baseUrl: upstream.url, models: 'gpt-4o-mini' });
    const { key } = await admin.createToken();
    const [slave, other] = cluster.slaves;
    await untilServed(slave, key);
    await untilServed(other, key);
    const before = (await admin.getSelf()).request_count;
    let sent = 0;
    if (wants('relay')) sent += await compare(floor, slave, key);
    if (wants('pair')) sent += await measurePair(cluster, key);
    await checkBill(admin, before, sent);
  } finally {
    await floor.stop();
    await cluster.stop();
  }
}

async function compare(floor, slave, key) {
  const targets = [
    { name: 'floor', url: floor.url, pid: floor.pid },
    { name: 'slave', url: slave.url, pid: slave.pid, key },
  ];
  const results = { floor: [], slave: [] };
  const load = (target, time) => runWrk({ target, path, bodyFile, connections: 64, seconds: time });
  let sent = 0;
  for (const target of targets) {
    const warm = await load(target, 8); // until it has compiled what it runs
    if (target.name === 'slave') sent += warm.requests;
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const target of round % 2 === 0 ? targets : [...targets].reverse()) {
      const result = await load(target, seconds);
      if (target.name === 'slave') sent += result.requests;
      results[target.name].push({
        ...result,
        units: result.requests,
        rss: readRss(target.pid),
      });
    }
  }
  const [f, s] = [summarize(results.floor), summarize(results.slave)];
  const show = ({ cpuPerUnit, perSecond, p50, p99, rss, coreShare }) =>
    `${cpuPerUnit.toFixed(1)} µs CPU a request, ${perSecond.toFixed(0)} requests/s, core ${(coreShare * 100).toFixed(0)} %, ` +
    `p50 ${(p50 / 1000).toFixed(2)} ms, p99 ${(p99 / 1000).toFixed(2)} ms, RSS ${rss.toFixed(0)} MB`;
  print(`floor  ${show(f)}`);
  print(`slave  ${show(s)}`);
  const ratios = results.slave.map(
    (round, n) => round.cpu / round.units / (results.floor[n].cpu / results.floor[n].units),
  );
  const ratio = median(ratios);
  note(ratio <= 2.4, 'slave', 'CPU per request / floor', ratio.toFixed(2), '≤ 2.4');
  note(s.errors === 0, 'slave', 'failed requests', s.errors, '0');
  return sent;
}

async function measurePair(cluster, key) {
  const balancer = await startBalancer(cluster, pin(cores.rest));
  try {
    const target = { url: balancer.url, pid: cluster.slaves[0].pid, key };
    const result = await runWrk({ target, path, bodyFile, connections: 64, seconds });
    print(
      `two slaves behind nginx (one core for both): ${(result.requests / result.seconds).toFixed(0)} requests/s, ` +
        `p50 ${(result.p50 / 1000).toFixed(2)} ms, p99 ${(result.p99 / 1000).toFixed(2)} ms`,
    );
    note(result.errors === 0, 'two slaves', 'failed requests', result.errors, '0');
    return result.requests;
  } finally {
    await balancer.stop();
  }
}

async function untilServed(slave, key) {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'hi' }],
  });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  for (let tries = 0; ; tries += 1) {
    const { ok, status } = await fetch(slave.url + path, { method: 'POST', headers, body });
    if (ok) return;
    if (tries > 100) throw new Error(`the slave answers ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything that was answered is in the books, exactly, once the queue is empty. */
async function checkBill(admin, before, sent) {
  const deadline = Date.now() + 60_000;
  let billed = 0;
  let last = -1;
  while (Date.now() < deadline && (billed < sent || billed !== last)) {
    last = billed;
    billed = (await admin.getSelf()).request_count - before;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  // wrk stops counting a moment before it stops sending: each connection may have one more.
  const isExact = billed >= sent && billed <= sent + 64 * (rounds + 3);
  note(isExact, 'all', 'requests billed', billed, `≥ ${sent}`);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
