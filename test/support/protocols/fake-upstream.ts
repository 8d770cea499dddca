import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './scene.ts';
import { familyOf, obeyToolChoice, upstreamWires, type UpstreamFamily } from './upstream-wires.ts';

/** What the gateway sent. */
export interface SeenRequest {
  family: UpstreamFamily;
  path: string;
  headers: IncomingMessage['headers'];
  text: string;
  body: Record<string, unknown>;
}

/** What an upstream does instead of just answering. */
export interface Mischief {
  /** Refuses with this status before anything else. */
  status?: number;
  /** Ends the stream with an error after so many frames. */
  errorAfter?: number;
  /** Stops talking after so many frames, until the gateway hangs up. */
  silentAfter?: number;
  /** Waits so long between frames, in milliseconds. */
  paceMs?: number;
  /** Sleeps until this happens before its first text, or before it refuses. */
  until?: Promise<void>;
  /** The same frame (a delta of text) over and over. */
  endless?: boolean;
}

/** An upstream that speaks every family, each at its own paths, and gives the answer that a test wants. */
export interface FakeUpstream {
  url: string;
  requests: SeenRequest[];
  /** Requests whose connection was closed before they were answered. */
  aborted: number;
  answerWith(answer: Answer, mischief?: Partial<Record<UpstreamFamily, Mischief>>): void;
  close(): Promise<void>;
}

export async function startFakeUpstream(): Promise<FakeUpstream> {
  let answer: Answer = { text: 'nothing was set', end: 'stop' };
  let mischiefs: Partial<Record<UpstreamFamily, Mischief>> = {};
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: FakeUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    aborted: 0,
    answerWith(next, mischief = {}) {
      answer = next;
      mischiefs = mischief;
      upstream.requests.length = 0;
      upstream.aborted = 0;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await buffer(request)).toString('utf8');
    const path = request.url ?? '';
    const family = familyOf(path);
    if (path === '/token') {
      // Where a service account's channel gets its credential.
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'ya29.fake', expires_in: 3599 }));
      return;
    }
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    upstream.requests.push({ family, path, headers: request.headers, text, body });
    response.on('close', () => {
      if (!response.writableFinished) upstream.aborted += 1;
    });
    const mischief = mischiefs[family] ?? {};
    const wire = upstreamWires[family];
    if (mischief.status !== undefined) {
      await mischief.until;
      response.writeHead(mischief.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(wire.refusal(mischief.status)));
      return;
    }
    const obeyed = obeyToolChoice(answer, body);
    if (wire.isStream(path.split('?')[0]!, body))
      await sendStream(response, family, obeyed, mischief);
    else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(wire.whole(obeyed)));
    }
  }
}

async function sendStream(
  response: ServerResponse,
  family: UpstreamFamily,
  answer: Answer,
  { errorAfter, silentAfter, paceMs = 0, until, endless = false }: Mischief,
): Promise<void> {
  const { contentType, stream, streamError, firstText } = upstreamWires[family];
  response.writeHead(200, { 'content-type': contentType, 'x-request-id': 'of-upstream' });
  const frames = stream(answer);
  for (let index = 0; index < frames.length && isOpen(response); index += 1) {
    if (index === errorAfter) {
      response.end(streamError);
      return;
    }
    if (index === silentAfter) return;
    if (index === firstText) await until;
    const frame = frames[index]!;
    response.write(frame);
    if (paceMs > 0) await wait(paceMs);
    while (endless && index === firstText && isOpen(response)) {
      response.write(frame);
      await wait(2);
    }
  }
  response.end();
}

function isOpen({ destroyed }: ServerResponse): boolean {
  return !destroyed;
}
