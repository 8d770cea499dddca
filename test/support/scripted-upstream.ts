import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the upstream got it. */
export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it expects
}

/** What it answers: a body, or the frames of an event stream. */
export type ScriptedAnswer =
  | { status?: number; headers?: Record<string, string>; json: unknown }
  | { frames: readonly string[] }
  /** The frames, and then the connection breaks. */
  | { frames: readonly string[]; isCut: true };

/** An upstream that answers what a test tells it to. */
export interface ScriptedUpstream {
  url: string;
  /** All of them, in order. */
  requests: ReceivedRequest[];
  /** Replaces the way in which it answers. */
  answer(script: (request: ReceivedRequest) => ScriptedAnswer): void;
  close(): Promise<void>;
}

export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const requests: ReceivedRequest[] = [];
  let script = (_request: ReceivedRequest): ScriptedAnswer => ({
    status: 500,
    json: { error: { message: 'no script' } },
  });
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body,
      };
      requests.push(received);
      const answer = script(received);
      if ('json' in answer) {
        const headers = { 'content-type': 'application/json', ...answer.headers };
        response.writeHead(answer.status ?? 200, headers).end(JSON.stringify(answer.json));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const frame of answer.frames) response.write(frame);
      // What was written arrives, and then nothing that ends the answer.
      if ('isCut' in answer) response.socket?.end();
      else response.end();
    });
  });
  await listen(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(next) {
      script = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Frames of a stream of chat chunks: a delta each, then finish and usage. */
export function chatFrames(
  deltas: readonly object[],
  finish = 'stop',
  usage: object = { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 },
): string[] {
  const chunk = (rest: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-7f', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'up', ...rest })}\n\n`;
  const choice = (delta: object, reason: string | null = null): object => ({
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  return [
    chunk(choice({ role: 'assistant', content: '' })),
    ...deltas.map((delta) => chunk(choice(delta))),
    chunk(choice({}, finish)),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ];
}

/** A whole chat answer. */
export function chatAnswer(message: object, finish = 'stop'): ScriptedAnswer {
  return {
    json: {
      id: 'chatcmpl-7f',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'up',
      choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
      usage: { prompt_tokens: 120, completion_tokens: 40, total_tokens: 160 },
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve();
    });
  });
}
