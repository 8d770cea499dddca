// Two minutes of bad input mixed with good, from many connections. The gateway must neither fall nor grow.
// Usage: node test/load/soak.mjs [--seconds 120] [--connections 32]
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { logIn } from '../support/admin-client.mjs';
import { startGateway } from '../support/start-gateway.mjs';
import { readRss } from './measure.mjs';
import { startScript } from './processes.mjs';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    connections: { type: 'string', default: '32' },
  },
});
const seconds = Number(flags.seconds);
/** Growth after the warm-up (the first third) that counts as flat: MB. */
const maxGrowth = 40;

const simulator = await startScript(
  new URL('../support/run-simulator.mjs', import.meta.url).pathname,
  ['--max-records', '1000'],
);
const gateway = await startGateway();
const firstPid = gateway.pid;
let isOver = false;
gateway.exited.then(() => {
  isOver = true;
});

try {
  const admin = await logIn(gateway.url);
  await admin.createChannel({
    name: 'soak',
    baseUrl: simulator.url,
    models: 'gpt-4o-mini,whisper-1',
  });
  const { key } = await admin.createToken();
  const problems = await soak(key);
  for (const problem of problems) print(`FAIL  ${problem}`);
  if (problems.length === 0) print('PASS  served everybody, memory is flat');
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await gateway.stop();
  await simulator.stop();
}

async function soak(key) {
  const counts = {};
  const samples = [];
  const startedAt = Date.now();
  const passed = () => (Date.now() - startedAt) / 1000;
  const sampler = setInterval(() => {
    const rss = readRss(gateway.pid);
    samples.push({ at: passed(), rss });
    if (samples.length % 20 === 0) print(`${passed().toFixed(0)} s, RSS ${rss.toFixed(1)} MB`);
  }, 500);

  const kinds = makeKinds(key);
  const work = async (worker) => {
    for (let turn = worker; passed() < seconds && !isOver; turn++) {
      const kind = kinds[turn % kinds.length];
      const status = await kind.send().catch((error) => error.code ?? error.name);
      const isExpected = kind.expected.includes(status);
      const what = `${kind.name}: ${status}${isExpected ? '' : ' (unexpected)'}`;
      counts[what] = (counts[what] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: Number(flags.connections) }, (_, at) => work(at)));
  clearInterval(sampler);
  return judge(counts, samples);
}

function judge(counts, samples) {
  const problems = [];
  for (const [what, number] of Object.entries(counts).sort()) {
    print(`  ${number}  ${what}`);
    if (what.endsWith('(unexpected)')) problems.push(`${number} × ${what}`);
  }
  if (isOver || gateway.pid !== firstPid) problems.push(`the gateway fell:\n${gateway.logs()}`);
  const middle = samples.filter(({ at }) => at > seconds / 3 && at < (seconds * 2) / 3);
  const last = samples.filter(({ at }) => at >= (seconds * 2) / 3);
  const growth = mean(last) - mean(middle);
  print(`mean RSS: second third ${mean(middle).toFixed(1)} MB, last ${mean(last).toFixed(1)} MB`);
  if (!(growth <= maxGrowth)) problems.push(`RSS grew by ${growth.toFixed(1)} MB`);
  return problems;
}

function mean(samples) {
  return samples.reduce((sum, { rss }) => sum + rss, 0) / samples.length;
}

function makeKinds(key) {
  const chat = (body) => async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const good = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello there' }] };
  const messages = (text) => `{"model":"gpt-4o-mini","messages":${text}}`;
  const deep = messages('['.repeat(200_000) + ']'.repeat(200_000));
  const manyKeys = `{${Array.from({ length: 300_000 }, (_, at) => `"k${at}":1`).join()}}`;
  const large = messages(`[{"role":"user","content":"${'x'.repeat(40_000_000)}"}]`);
  const kinds = [
    { name: 'good', expected: [200], send: chat(good) },
    { name: 'stream', expected: [200], send: chat({ ...good, stream: true }) },
    { name: 'wrong types', expected: [400], send: chat({ ...good, messages: 7, stream: 'x' }) },
    { name: 'no JSON', expected: [400], send: chat('{"model":') },
    { name: 'upstream fails', expected: [500], send: chat({ ...good, x_sim: { status: 500 } }) },
    { name: 'unknown model', expected: [404], send: chat({ ...good, model: 'nobody' }) },
    { name: 'bad upload', expected: [400], send: sendUpload(key) },
    { name: 'unknown path', expected: [404], send: sendTo('/v1/nothing', key) },
    { name: 'unknown key', expected: [401], send: sendTo('/v1/models', 'sk-nobody') },
    { name: 'aborted', expected: ['gone'], send: abortStream(key) },
    { name: 'vanished', expected: ['gone'], send: vanish(key) },
    { name: 'many headers', expected: [431], send: manyHeaders },
  ];
  // The heavy ones come seldom, so that two minutes hold thousands of the others.
  const heavy = [
    { name: 'deep', expected: [400], send: chat(deep) },
    { name: 'many keys', expected: [400], send: chat(manyKeys) },
    { name: 'too large', expected: [413, 'EPIPE', 'ECONNRESET', 'TypeError'], send: chat(large) },
  ];
  return [...Array.from({ length: 20 }, () => kinds).flat(), ...heavy];
}

function sendTo(path, key) {
  return async () => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(gateway.url + path, { headers });
    await response.arrayBuffer();
    return response.status;
  };
}

function sendUpload(key) {
  return async () => {
    const response = await fetch(`${gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'multipart/form-data; boundary=abc',
      },
      body: `--abc\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'y'.repeat(2_000_000)}`,
    });
    await response.arrayBuffer();
    return response.status;
  };
}

function abortStream(key) {
  return async () => {
    const abort = new AbortController();
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: abort.signal,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'hello' }],
        stream: true,
        x_sim: { delay: 10, chunks: 50 },
      }),
    });
    await response.body.getReader().read();
    abort.abort();
    return 'gone';
  };
}

/** Leaves in the middle of a body. */
function vanish(key) {
  return () =>
    new Promise((resolve, reject) => {
      const socket = connect(gateway.port, '127.0.0.1');
      socket.on('error', reject);
      const head =
        'POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n' +
        `Authorization: Bearer ${key}\r\nContent-Length: 5000000\r\n\r\n`;
      socket.write(head + ' '.repeat(500_000), () => {
        socket.destroy();
        resolve('gone');
      });
    });
}

function manyHeaders() {
  return new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('close', () => resolve(Number(/HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)));
    const headers = Array.from({ length: 10_000 }, (_, at) => `X-H${at}: v`).join('\r\n');
    socket.write(`GET /v1/models HTTP/1.1\r\nHost: g\r\n${headers}\r\n\r\n`);
  });
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
