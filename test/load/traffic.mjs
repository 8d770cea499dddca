import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * What a client wants and what goes wrong with it. `abortAfter`: the client leaves after n content frames.
 * Shares add up to 1.
 */
const plans = [
  { share: 0.42, name: 'whole', stream: false },
  { share: 0.33, name: 'stream', stream: true },
  { share: 0.06, name: 'stream without usage asked for', stream: true, silent: true },
  {
    share: 0.03,
    name: 'stream whose upstream tells no usage',
    stream: true,
    sim: { usage: 'none' },
  },
  { share: 0.07, name: 'aborted stream', stream: true, abortAfter: 3, sim: { delay: 5 } },
  {
    share: 0.02,
    name: 'aborted before the answer',
    stream: false,
    abortAfter: 0,
    sim: { latency: 40 },
  },
  { share: 0.03, name: 'upstream fails', stream: false, sim: { status: 500 } },
  { share: 0.02, name: 'upstream refuses', stream: true, sim: { status: 400 } },
  { share: 0.02, name: 'upstream cuts the stream', stream: true, sim: { 'cut-after': 4 } },
];

const calmPlans = [
  { share: 0.5, name: 'whole', stream: false },
  { share: 0.5, name: 'stream', stream: true },
];

/**
 * Sends `count` requests from `connections` connections and says what each client saw.
 *
 * @param {{ url: () => string, keys: string[], count: number, connections: number, isCalm?: boolean, plans?: object[],
 *   isOver?: () => boolean, pauseMs?: number, triesOtherNodes?: boolean, seed?: number, onProgress?: (done: number) => void,
 *   onSight?: (sight: Sight) => void }} options
 *   `isOver`: ends it before `count`; `pauseMs`: a connection rests this long after each request;
 *   `triesOtherNodes`: what got no answer, or 503, is asked for again, at the next `url`
 * @returns {Promise<Sight[]>} one entry for each request that reached the gateway
 *
 * @typedef {object} Sight
 * @property {string} id request id of the gateway; empty: no head of an answer arrived
 * @property {string} plan
 * @property {'complete' | 'aborted' | 'refused' | 'broken'} outcome
 * @property {number} status
 * @property {number} tokens content tokens that were seen
 * @property {string} [code] of the error that a refusal told
 */
export async function runTraffic({
  url,
  keys,
  count,
  connections,
  isCalm = false,
  plans: chosen = isCalm ? calmPlans : plans,
  isOver = () => false,
  pauseMs = 0,
  triesOtherNodes = false,
  seed = 20260115,
  onProgress = () => {},
  onSight = () => {},
}) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sights = [];
  const random = createRandom(seed);
  let started = 0;
  const work = async () => {
    while (started < count && !isOver()) {
      const number = started;
      started += 1;
      const plan = pick(chosen, random());
      const key = keys[number % keys.length];
      const chunks = 2 + Math.floor(random() * 20);
      const request = { agent, url, key, plan, chunks, number, isOver, triesOtherNodes };
      const sight = await sendUntilReached(request);
      if (sight === undefined) return;
      sights.push(sight);
      onSight(sight);
      onProgress(sights.length);
      if (pauseMs > 0) await wait(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return sights;
}

/** The gateway is away while it starts again: a connection that is refused did not happen. */
async function sendUntilReached(options) {
  for (;;) {
    const sight = await send(options);
    // A node that ends may close a connection just when a request is on its way on it.
    const hasNoAnswer = sight?.status === 503 || sight?.status === 0;
    const isToBeTriedAgain = sight === undefined || (options.triesOtherNodes && hasNoAnswer);
    if (!isToBeTriedAgain || options.isOver()) return sight;
    await wait(20);
  }
}

function send({ agent, url, key, plan, chunks, number }) {
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: `the number of this request is ${number}` }],
    max_tokens: plan.maxTokens ?? 64,
    stream: plan.stream,
    ...(plan.stream && !plan.silent && { stream_options: { include_usage: true } }),
    x_sim: { chunks, ...plan.sim },
  });
  return new Promise((resolve) => {
    const sight = { id: '', plan: plan.name, outcome: 'broken', status: 0, tokens: 0 };
    const finish = () => resolve(sight);
    const request = httpRequest(
      `${url()}/v1/chat/completions`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => receive(response, request, plan, sight, finish),
    );
    request.on('error', (error) => {
      if (error.code === 'ECONNREFUSED') resolve(undefined);
      else finish();
    });
    if (plan.abortAfter === 0) {
      setTimeout(() => {
        sight.outcome = 'aborted';
        request.destroy();
      }, 10).unref();
    }
    request.end(body);
  });
}

function receive(response, request, plan, sight, finish) {
  sight.id = String(response.headers['x-request-id'] ?? '');
  sight.status = response.statusCode;
  let text = '';
  let frames = 0;
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text += part;
    if (!plan.stream || plan.abortAfter === undefined) return;
    frames = countContentFrames(text);
    if (frames < plan.abortAfter) return;
    sight.outcome = 'aborted';
    request.destroy();
  });
  response.on('close', () => {
    sight.tokens = plan.stream ? countContentFrames(text) : 0;
    if (sight.outcome !== 'aborted') sight.outcome = judge(response, plan, text, sight);
    finish();
  });
}

function judge(response, plan, text, sight) {
  if (!response.complete) return 'broken';
  if (response.statusCode !== 200) {
    sight.code = errorCodeOf(text);
    return 'refused';
  }
  if (plan.stream) return text.endsWith('data: [DONE]\n\n') ? 'complete' : 'broken';
  sight.tokens = JSON.parse(text).usage.completion_tokens;
  return 'complete';
}

/** A body that is no error of ours tells what is between. */
function errorCodeOf(text) {
  try {
    return String(JSON.parse(text).error.code);
  } catch {
    return text.slice(0, 80);
  }
}

function countContentFrames(text) {
  return text.split('"delta":{"content":').length - 1;
}

function pick(choices, draw) {
  let sum = 0;
  for (const choice of choices) {
    sum += choice.share;
    if (draw < sum) return choice;
  }
  return choices[0];
}

/** Numbers in [0, 1) that are the same in each run (mulberry32). */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
