import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatedBehaviour } from './simulator-behaviour.ts';
import { countPrompt } from './simulator-chat.ts';
import { answerSimulated } from './simulator-endpoints.ts';
import { encodeSimulatedError } from './simulator-errors.ts';
import type { WholeAnswer } from './simulator-media.ts';
import { createRequestRecorder, type RequestRecorder } from './simulator-record.ts';
import type { SimulatedRequest } from './simulator-record.ts';
import { readAddress, readSimulatorInput, type SimulatorInput } from './simulator-request.ts';
import { writeStream } from './simulator-stream.ts';

export interface SimulatedProviderOptions {
  /** 0: any free one. */
  port?: number;
  /** How many requests are remembered for `GET /_sim/requests`. */
  maxRecords?: number;
}

export interface SimulatedProvider {
  /** `http://127.0.0.1:<port>`, the base URL of a channel. */
  readonly url: string;
  readonly requests: RequestRecorder;
  close(): Promise<void>;
}

/** The header in which a gateway under test tells its own request id. */
const requestIdHeader = 'x-turnpike-request-id';

/**
 * Starts an HTTP server on 127.0.0.1 that speaks OpenAI's wire and misbehaves on request, see
 * {@link SimulatedBehaviour}. `GET /_sim/requests?after=<sequence>&limit=<n>` lists what it served,
 * `GET /_sim/health` says that it lives.
 */
export async function startSimulatedProvider({
  port = 0,
  maxRecords = 1000,
}: SimulatedProviderOptions = {}): Promise<SimulatedProvider> {
  const requests = createRequestRecorder(maxRecords);
  const failures = createFailureCounter();
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    void serve(request, response, requests, failures);
  });
  await listen(server, port);
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actualPort}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  requests: RequestRecorder,
  failures: FailureCounter,
): Promise<void> {
  const url = request.url ?? '/';
  if (url.startsWith('/_sim/')) {
    serveInspection(url, response, requests);
    return;
  }
  const address = readAddress(url);
  const requestId = String(request.headers[requestIdHeader] ?? '');
  const record = requests.open({ requestId, label: address.label, path: address.path });
  response.on('close', () => {
    if (record.end === 'running') record.end = 'client-gone';
  });
  try {
    const input = await readSimulatorInput(request, address);
    await answer(input, response, record, failures);
  } catch (error) {
    // A client that leaves while it still sends its body is an everyday event here.
    if (!response.headersSent && !response.destroyed) sendError(response, record, 400);
    else response.destroy(error as Error);
  }
}

async function answer(
  input: SimulatorInput,
  response: ServerResponse,
  record: SimulatedRequest,
  failures: FailureCounter,
): Promise<void> {
  const { behaviour } = input;
  record.model = input.model;
  record.isStream = input.body['stream'] === true;
  record.promptTokens = countPrompt(input.body);
  // Whoever is still waited for then must not keep the process from ending.
  if (behaviour.latency > 0) await wait(behaviour.latency, undefined, { ref: false });
  if (input.key === '' || input.key.endsWith('invalid')) {
    sendError(response, record, 401);
  } else if (behaviour.status > 0 && failures.isDue(behaviour)) {
    sendError(response, record, behaviour.status, behaviour);
  } else if (behaviour.html) {
    record.status = 200;
    record.end = 'failed';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<!doctype html><html><body><h1>It works!</h1></body></html>');
  } else {
    await sendAnswer(input, response, record);
  }
}

async function sendAnswer(
  input: SimulatorInput,
  response: ServerResponse,
  record: SimulatedRequest,
): Promise<void> {
  const simulated = answerSimulated(input);
  if (simulated === undefined) {
    sendError(response, record, 404);
  } else if (simulated.kind === 'stream') {
    const { behaviour } = input;
    await writeStream({ response, behaviour, record }, simulated.script, simulated.usage);
  } else {
    sendWhole(simulated.answer, input.behaviour, response, record);
  }
}

function sendWhole(
  answer: WholeAnswer,
  behaviour: SimulatedBehaviour,
  response: ServerResponse,
  record: SimulatedRequest,
): void {
  if (behaviour.hangAfter === 0) {
    record.end = 'hung';
    return;
  }
  const isBytes = Buffer.isBuffer(answer.body);
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const bytes = isBytes ? (answer.body as Buffer) : Buffer.from(text);
  record.status = 200;
  response.writeHead(200, {
    'content-type': answer.contentType,
    'content-length': bytes.length,
    'x-request-id': `sim-${record.sequence}`,
    'openai-processing-ms': '1',
  });
  if (behaviour.cutAfter >= 0) {
    record.end = 'cut';
    response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroySoon());
    return;
  }
  record.bytesWritten = bytes.length;
  record.usageReported = answer.usage;
  record.tokensWritten = answer.usage?.completionTokens ?? 0;
  record.end = 'complete';
  response.end(bytes);
}

function sendError(
  response: ServerResponse,
  record: SimulatedRequest,
  status: number,
  behaviour?: SimulatedBehaviour,
): void {
  const { body, headers } = encodeSimulatedError(status, behaviour);
  record.status = status;
  record.end = 'failed';
  response.writeHead(status, headers);
  response.end(JSON.stringify(body));
}

function serveInspection(url: string, response: ServerResponse, requests: RequestRecorder): void {
  const { pathname, searchParams } = new URL(url, 'http://simulator');
  const body =
    pathname === '/_sim/requests'
      ? {
          count: requests.count,
          requests: requests.list(
            Number(searchParams.get('after') ?? 0),
            Number(searchParams.get('limit') ?? 1000),
          ),
        }
      : { ok: pathname === '/_sim/health' };
  response.writeHead(pathname === '/_sim/requests' || body.ok ? 200 : 404, {
    'content-type': 'application/json',
  });
  response.end(JSON.stringify(body));
}

interface FailureCounter {
  isDue(behaviour: SimulatedBehaviour): boolean;
}

/** Counts the failures of each `run`, for requests that shall succeed after a few. */
function createFailureCounter(): FailureCounter {
  const failed = new Map<string, number>();
  const maxRuns = 10_000;
  return {
    isDue({ times, run }) {
      if (times === 0) return true;
      const count = failed.get(run) ?? 0;
      if (count >= times) return false;
      if (failed.size >= maxRuns) failed.clear();
      failed.set(run, count + 1);
      return true;
    },
  };
}
