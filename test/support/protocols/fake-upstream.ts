import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { renderAnthropic, streamAnthropic } from './render-anthropic.ts';
import { renderChat, streamChat } from './render-chat.ts';
import { renderGemini, streamGemini } from './render-gemini.ts';
import { renderResponses, streamResponses } from './render-responses.ts';
import type { Answer } from './scene.ts';

export type UpstreamFamily = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';

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

const renderers: Readonly<
  Record<UpstreamFamily, { whole: (answer: Answer) => object; stream: (a: Answer) => string[] }>
> = {
  'openai-chat': { whole: renderChat, stream: streamChat },
  'openai-responses': { whole: renderResponses, stream: streamResponses },
  anthropic: { whole: renderAnthropic, stream: streamAnthropic },
  gemini: { whole: renderGemini, stream: streamGemini },
};

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
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    upstream.requests.push({ family, path, headers: request.headers, text, body });
    response.on('close', () => {
      if (!response.writableFinished) upstream.aborted += 1;
    });
    const mischief = mischiefs[family] ?? {};
    if (mischief.status !== undefined) {
      response.writeHead(mischief.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(refusalOf(family, mischief.status)));
      return;
    }
    const isStream = family === 'gemini' ? path.includes(':stream') : body['stream'] === true;
    if (isStream) await sendStream(response, family, answer, mischief);
    else {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(renderers[family].whole(answer)));
    }
  }
}

function familyOf(path: string): UpstreamFamily {
  if (path.includes('/responses')) return 'openai-responses';
  if (path.includes('/messages')) return 'anthropic';
  return path.includes('enerateContent') ? 'gemini' : 'openai-chat';
}

async function sendStream(
  response: ServerResponse,
  family: UpstreamFamily,
  answer: Answer,
  { errorAfter, silentAfter, paceMs = 0, endless = false }: Mischief,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const frames = renderers[family].stream(answer);
  for (let index = 0; index < frames.length && isOpen(response); index += 1) {
    if (index === errorAfter) {
      response.end(streamErrorOf(family));
      return;
    }
    if (index === silentAfter) return;
    const frame = frames[index] as string;
    response.write(frame);
    if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, paceMs));
    while (endless && isOpen(response) && isTextDelta(frame)) {
      response.write(frame);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  response.end();
}

function isOpen({ destroyed }: ServerResponse): boolean {
  return !destroyed;
}

/** The first piece of the answer's text, in any family. */
function isTextDelta(frame: string): boolean {
  return /"content":"[^"]|text_delta|output_text\.delta|"parts":\[\{"text"/.test(frame);
}

const words = 'The engine is overheated.';

function refusalOf(family: UpstreamFamily, status: number): object {
  switch (family) {
    case 'anthropic':
      return { type: 'error', error: { type: 'api_error', message: words } };
    case 'gemini':
      return { error: { code: status, message: words, status: 'INTERNAL' } };
    default:
      return { error: { message: words, type: 'server_error', param: null, code: null } };
  }
}

function streamErrorOf(family: UpstreamFamily): string {
  switch (family) {
    case 'anthropic':
      return `event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"${words}"}}\n\n`;
    case 'openai-responses':
      return `event: error\ndata: {"type":"error","code":"server_error","message":"${words}","param":null,"sequence_number":9}\n\n`;
    case 'gemini':
      return `data: {"error":{"code":503,"message":"${words}","status":"UNAVAILABLE"}}\n\n`;
    case 'openai-chat':
      return `data: {"error":{"message":"${words}","type":"server_error","code":null}}\n\n`;
  }
}
