import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** What the gateway sent. */
export interface GeminiRequest {
  path: string;
  key: string | undefined;
  body: Record<string, unknown>;
}

/** What Google would answer: one body, or the frames of a stream. */
export type GeminiScript = (request: GeminiRequest) => {
  status?: number;
  body?: object;
  frames?: readonly (object | 'cut')[];
};

/** An upstream that speaks Google's protocol and says what a test wants it to say. */
export interface FakeGemini {
  url: string;
  requests: GeminiRequest[];
  answerWith(script: GeminiScript): void;
  close(): Promise<void>;
}

export async function startFakeGemini(): Promise<FakeGemini> {
  const requests: GeminiRequest[] = [];
  let script: GeminiScript = () => ({ status: 500, body: { error: { message: 'no script' } } });
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerWith(next) {
      script = next;
      requests.length = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await buffer(incoming)).toString();
    const request = {
      path: incoming.url ?? '',
      key: incoming.headers['x-goog-api-key'] as string | undefined,
      body: JSON.parse(text === '' ? '{}' : text) as Record<string, unknown>,
    };
    requests.push(request);
    const { status = 200, body, frames } = script(request);
    if (frames === undefined) {
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
      response.end(JSON.stringify(body));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const frame of frames) {
      if (frame === 'cut') {
        // What was written arrives, and then nothing that ends the answer.
        response.socket?.end();
        return;
      }
      response.write(`data: ${JSON.stringify(frame)}\r\n\r\n`);
    }
    response.end();
  }
}
