// Measures Turnpike, standalone with full billing, against the least that a proxy in Node can cost.
// Both run pinned to one core, in turns, in one run; the upstream and the load generators have the other core.
// Usage: npm run bench -- [--quick] [--json <file>] [--only <scenario>]
// Needs Linux, wrk and a C compiler (installed from Debian when run as root).
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { logIn } from '../support/admin-client.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { printReport } from './bench-report.mjs';
import { prepareBody, readRss, runStreams, runWrk } from './measure.mjs';
import {
  buildStreamClient,
  cores,
  pin,
  requireTools,
  startScript,
  temporaryFolder,
} from './processes.mjs';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
  },
});
const rounds = flags.quick ? 2 : 5;
const seconds = flags.quick ? 3 : 8;
const warmUp = flags.quick ? 2 : 4;
/** A process is measured when it has compiled what it runs, which takes longer the more code it has. */
const settleSeconds = 8;
/** The streams that a round cut at its end are counted and billed for a moment, which belongs to no round. */
const restMs = 3000;

requireTools(['wrk', 'cc', 'taskset']);
mkdirSync(temporaryFolder, { recursive: true });
const client = buildStreamClient();

const path = '/v1/chat/completions';
const chat = (content, rest = {}) => ({
  model: 'gpt-4o-mini',
  messages: [{ role: 'user', content }],
  ...rest,
});
const streaming = { stream: true, stream_options: { include_usage: true } };
const sentence = 'Tell me in three sentences how a turnpike worked two hundred years ago. ';

/** `load` is given a target and runs one round. */
const scenarios = [
  {
    name: 'non-stream',
    load: wrkLoad(64, prepareBody('small', chat(sentence))),
    units: ({ requests }) => requests,
  },
  {
    name: 'prompt-400k',
    load: wrkLoad(64, prepareBody('large', chat(sentence.repeat(5600)))),
    units: ({ requests }) => requests,
  },
  {
    name: 'stream-200',
    load: wrkLoad(
      64,
      prepareBody('stream', chat(sentence, { ...streaming, user: 'load chunks=200 pace=4' })),
    ),
    units: ({ requests }) => requests * 200,
  },
  {
    name: 'stream-200-delays',
    load: streamLoad(
      64,
      prepareBody('stream-64', chat(sentence, { ...streaming, user: 'load chunks=200 pace=4' })),
    ),
    cutsStreams: true,
    units: ({ chunks }) => chunks,
  },
  {
    name: 'streams-1000',
    load: streamLoad(
      1000,
      prepareBody(
        'stream-1000',
        chat(sentence, { ...streaming, user: 'load chunks=200 pace=100' }),
      ),
    ),
    cutsStreams: true,
    units: ({ chunks }) => chunks,
  },
  {
    name: 'one-connection',
    load: wrkLoad(1, prepareBody('small', chat(sentence))),
    units: ({ requests }) => requests,
    withDirect: true,
  },
];

function wrkLoad(connections, bodyFile) {
  return (target, time = seconds) => runWrk({ target, path, bodyFile, connections, seconds: time });
}

function streamLoad(connections, bodyFile) {
  return (target, time = seconds) =>
    runStreams({ client, target, path, bodyFile, connections, seconds: time, warmUp });
}

async function startTurnpike() {
  const gateway = await startGateway({
    command: pin(cores.measured),
    env: { TEST_FORWARD_REQUEST_ID: 'false' },
  });
  const admin = await logIn(gateway.url);
  await admin.createChannel({ name: 'load', baseUrl: upstream.url, models: 'gpt-4o-mini' });
  const { key } = await admin.createToken();
  return { gateway, admin, key };
}

/** Each scenario meets fresh processes, so that none pays for the memory that the one before it used. */
async function measureAfresh(scenario) {
  const floor = await startScript('floor-proxy.mjs', ['--upstream', upstream.url], cores.measured);
  await turnpike.gateway.kill('SIGTERM');
  await turnpike.gateway.start();
  const { url, pid } = turnpike.gateway;
  const participants = [
    { name: 'floor', url: floor.url, pid: floor.pid },
    { name: 'turnpike', url, pid, key: turnpike.key },
    ...(scenario.withDirect ? [{ name: 'direct', url: upstream.url, pid: upstream.pid }] : []),
  ];
  try {
    return await measure(scenario, participants);
  } finally {
    await floor.stop();
  }
}

async function measure(scenario, participants) {
  const results = Object.fromEntries(participants.map(({ name }) => [name, []]));
  for (const target of participants) await scenario.load(target, settleSeconds);
  for (let round = 0; round < rounds; round++) {
    // Every other round in reverse, so that a drift of the machine favours nobody.
    const order = round % 2 === 0 ? participants : [...participants].reverse();
    for (const target of order) {
      if (scenario.cutsStreams) await pause(restMs);
      const result = await scenario.load(target);
      const rss = result.rss ?? readRss(target.pid);
      results[target.name].push({ ...result, units: scenario.units(result), rss });
    }
  }
  return results;
}

const upstream = await startScript('upstream.mjs', [], cores.rest);
const turnpike = await startTurnpike();
let isGood = false;
try {
  const measured = {};
  for (const scenario of scenarios) {
    if (flags.only !== undefined && flags.only !== scenario.name) continue;
    process.stderr.write(`measuring ${scenario.name} …\n`);
    measured[scenario.name] = await measureAfresh(scenario);
  }
  const bill = await checkBill(turnpike, measured);
  isGood = printReport({ measured, bill, rounds, seconds });
  if (flags.json !== undefined) writeFileSync(flags.json, JSON.stringify(measured, null, 2));
} finally {
  await turnpike.gateway.stop();
  await upstream.stop();
}
process.exitCode = isGood ? 0 : 1;

/** What was measured was billed: every request that the load generators saw answered is in the books. */
async function checkBill({ admin }, measured) {
  const counted = Object.values(measured)
    .flatMap(({ turnpike: results }) => results)
    .reduce((sum, { requests, streams }) => sum + (requests ?? streams), 0);
  const { request_count: billed, used_quota: quota } = await admin.getSelf();
  return { counted, billed, quota };
}
