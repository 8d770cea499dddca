// Measures what the planes cost, side by side in one run: a chat stream that is passed on against one that is translated
// from Anthropic's, and large bodies through the gateway against the floor.
// Usage: npm run bench:planes -- [--quick] [--only streams|bodies]
// Needs Linux, wrk and a C compiler (installed from Debian when run as root).
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { logIn } from '../support/admin-client.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { median, printGate } from './bench-report.mjs';
import { prepareBody, runWrk } from './measure.mjs';
import { cores, pin, requireTools, startScript, temporaryFolder } from './processes.mjs';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const wants = (name) => flags.only === undefined || flags.only === name;
const rounds = flags.quick ? 3 : 7;
const seconds = flags.quick ? 3 : 8;
/** Until a process has compiled what it runs. */
const settleSeconds = 8;

requireTools(['wrk', 'taskset']);
mkdirSync(temporaryFolder, { recursive: true });

const path = '/v1/chat/completions';
const CHUNKS = 500;
const MEBIBYTE = 1024 * 1024;

const upstream = await startScript('upstream.mjs', [], cores.rest);
const floor = await startScript('floor-proxy.mjs', ['--upstream', upstream.url], cores.measured);
const gateway = await startGateway({
  command: pin(cores.measured),
  env: { TEST_FORWARD_REQUEST_ID: 'false' },
});
let isGood = true;
try {
  const admin = await logIn(gateway.url);
  await admin.createChannel({ name: 'chat', baseUrl: upstream.url, models: 'gpt-4o-mini' });
  const anthropic = { name: 'anthropic', type: 14, models: 'claude-sonnet-4-5' };
  await admin.createChannel({ ...anthropic, baseUrl: upstream.url });
  const { key } = await admin.createToken();
  const turnpike = { url: gateway.url, pid: gateway.pid, key };
  if (wants('streams')) await compareStreams(turnpike);
  if (wants('bodies')) await compareBodies(turnpike);
} finally {
  await gateway.stop();
  await floor.stop();
  await upstream.stop();
}
process.exitCode = isGood ? 0 : 1;

/** The relay's core is the limit, so chunks a second are what a chunk costs. */
async function compareStreams(turnpike) {
  const bodyOf = (model) =>
    prepareBody(`plane-${model}`, {
      ...{ model, stream: true, stream_options: { include_usage: true } },
      messages: [{ role: 'user', content: `load chunks=${CHUNKS} pace=1` }],
    });
  const passed = { name: 'passed on', target: turnpike, bodyFile: bodyOf('gpt-4o-mini') };
  const translated = {
    name: 'translated',
    target: turnpike,
    bodyFile: bodyOf('claude-sonnet-4-5'),
  };
  const results = await inTurns([passed, translated], 192);
  const chunks = ({ requests, seconds }) => (requests * CHUNKS) / seconds;
  const cpu = (result) => result.cpu / result.requests / CHUNKS;
  for (const [name, list] of results) {
    print(
      `${name.padEnd(12)} ${median(list.map(chunks)).toFixed(0)} chunks/s, ` +
        `${median(list.map(cpu)).toFixed(1)} µs CPU a chunk`,
    );
  }
  const ratios = results.get('translated').map((result, n) => {
    const beside = results.get('passed on')[n];
    return chunks(result) / chunks(beside);
  });
  const ratio = median(ratios);
  note(ratio >= 0.5, 'chat → Anthropic', 'chunks/s of a passed stream', ratio.toFixed(2), '≥ 0.5');
}

/** One connection: what CPU a request takes beyond the floor's, and beyond what a small one takes. */
async function compareBodies(turnpike) {
  const bodies = {
    small: prepareBody('body-small', chat([{ role: 'user', content: 'Good morning!' }])),
    plain: prepareBody(
      'body-plain',
      chat([{ role: 'user', content: 'word '.repeat(MEBIBYTE / 5) }]),
    ),
    tools: prepareBody('body-tools', chat(manyToolCalls(MEBIBYTE))),
  };
  const participants = Object.entries(bodies).flatMap(([name, bodyFile]) => [
    { name: `floor ${name}`, target: floor, bodyFile },
    { name: `turnpike ${name}`, target: turnpike, bodyFile },
  ]);
  const results = await inTurns(participants, 1);
  const of = (name, read) => median(results.get(name).map(read)) / 1000;
  const cpu = (name) => of(name, (result) => result.cpu / result.requests);
  for (const name of results.keys()) {
    const p50 = of(name, (result) => result.p50);
    print(`${name.padEnd(15)} CPU ${cpu(name).toFixed(2)} ms, p50 ${p50.toFixed(2)} ms`);
  }
  const overhead = (name) => cpu(`turnpike ${name}`) - cpu(`floor ${name}`);
  for (const [name, limit] of [
    ['plain', 0.3],
    ['tools', 0.8],
  ]) {
    const added = overhead(name) - overhead('small');
    note(added <= limit, `1 MiB, ${name}`, 'added CPU in ms', added.toFixed(2), `≤ ${limit}`);
  }
}

/** Every other round in reverse, so that a drift of the machine favours nobody. */
async function inTurns(participants, connections) {
  const load = ({ target, bodyFile }, time) =>
    runWrk({ target, path, bodyFile, connections, seconds: time });
  const results = new Map(participants.map(({ name }) => [name, []]));
  for (const participant of participants) await load(participant, settleSeconds);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? participants : [...participants].reverse();
    for (const participant of order) {
      const result = await load(participant, seconds);
      if (result.errors > 0) note(false, participant.name, 'failed requests', result.errors, '0');
      results.get(participant.name).push(result);
    }
  }
  return results;
}

function chat(messages) {
  return { model: 'gpt-4o-mini', messages };
}

/** A conversation of an agent that reads files of some 3 KB; every line has quotes that are escaped. */
function manyToolCalls(bytes) {
  const line =
    '  const found = await readFile(join(folder, "part.ts"), "utf8"); // one of the parts\n';
  const messages = [{ role: 'user', content: 'Tidy the repository.' }];
  for (let size = 0, n = 0; size < bytes; n += 1) {
    const id = `call_${String(n).padStart(8, '0')}`;
    const called = { name: 'read_file', arguments: `{"path":"src/part-${n}.ts","from":1}` };
    const pair = [
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id, type: 'function', function: called }],
      },
      { role: 'tool', tool_call_id: id, content: line.repeat(36) },
    ];
    messages.push(...pair);
    size += JSON.stringify(pair).length;
  }
  return messages;
}

function note(isPassed, ...rest) {
  printGate(isPassed, ...rest);
  isGood &&= isPassed;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
