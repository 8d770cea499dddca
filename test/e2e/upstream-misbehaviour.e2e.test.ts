import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import type { LogRow } from '../support/admin-client.mjs';
import { startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld({
    env: {
      FIRST_BYTE_TIMEOUT: '1s',
      STREAM_IDLE_TIMEOUT: '1s',
      RESPONSE_TIMEOUT: '2s',
      SHUTDOWN_GRACE: '5s',
    },
  });
});
afterAll(() => world.stop());

interface StreamAnswer {
  status: number;
  text: string;
  /** The connection broke before the answer's end. */
  isBroken: boolean;
  id: string;
}

async function stream(behaviour: Record<string, string | number | boolean>): Promise<StreamAnswer> {
  const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
    ...hello,
    stream: true,
    ...simulate(behaviour),
  });
  const id = answer.headers.get('x-request-id') ?? '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(bytes, { stream: true });
    }
    return { status: answer.status, text, isBroken: false, id };
  } catch {
    return { status: answer.status, text, isBroken: true, id };
  }
}

function rowOf(id: string): Promise<LogRow> {
  return waitFor(`the log row of ${id}`, async () => {
    const rows = await world.admin.listLogs('type=2');
    return rows.find(({ request_id }) => request_id === id);
  });
}

function payloadsOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
}

function contentOf(text: string): string {
  return payloadsOf(text)
    .filter((payload) => payload.startsWith('{'))
    .map((payload) => JSON.parse(payload) as { choices?: { delta?: { content?: string } }[] })
    .map(({ choices }) => choices?.[0]?.delta?.content ?? '')
    .join('');
}

describe('a stream whose upstream behaves oddly still ends well and is billed', () => {
  it.each([
    ['carriage returns', { 'line-end': 'crlf' }],
    ['no final line end', { 'no-final-newline': true }],
    ['usage in every chunk', { usage: 'each' }],
    ['usage in the finishing chunk', { usage: 'finish' }],
    ['keep-alive comments', { comments: 2 }],
    ['no terminal marker', { 'no-done': true }],
    ['characters cut over two packets', { utf8: 'split' }],
  ])('%s', async (_, behaviour) => {
    const answer = await stream({ chunks: 6, ...behaviour });
    expect(answer).toMatchObject({ status: 200, isBroken: false });
    expect(payloadsOf(answer.text).filter((payload) => payload === '[DONE]')).toHaveLength(1);
    expect(payloadsOf(answer.text).at(-1)).toBe('[DONE]');
    expect(answer.text).toContain('"finish_reason":"stop"');
    expect(contentOf(answer.text)).not.toContain('\uFFFD');
    expect(await rowOf(answer.id)).toMatchObject({ completion_tokens: 6 });
  });

  it('counts the tokens itself where the upstream reports none', async () => {
    const answer = await stream({ chunks: 40, usage: 'none' });
    expect(answer.isBroken).toBe(false);
    const row = await rowOf(answer.id);
    expect(row.completion_tokens).toBe(40);
    expect(row.prompt_tokens).toBeGreaterThan(3);
  });

  it('counts the tokens itself where a whole answer reports none', async () => {
    const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      ...simulate({ chunks: 40, usage: 'none' }),
    });
    await answer.text();
    const row = await rowOf(answer.headers.get('x-request-id') ?? '');
    expect(row.completion_tokens).toBe(40);
  });

  it('passes a line of five megabytes on', async () => {
    const answer = await stream({ chunks: 2, 'huge-line': 5_000_000 });
    expect(answer.isBroken).toBe(false);
    expect(contentOf(answer.text)).toHaveLength('the a'.length + 5_000_000);
    expect(await rowOf(answer.id)).toMatchObject({ completion_tokens: 2 });
  });

  it('passes a broken character on and bills the rest', async () => {
    const answer = await stream({ chunks: 5, utf8: 'broken' });
    expect(payloadsOf(answer.text).at(-1)).toBe('[DONE]');
    expect(await rowOf(answer.id)).toMatchObject({ completion_tokens: 5 });
  });
});

describe('a stream that goes wrong after its beginning ends with an error event and is billed', () => {
  it.each([
    ['cut', { 'cut-after': 4 }],
    ['an error frame', { 'error-after': 4 }],
    ['silence', { 'hang-after': 4 }],
  ])('%s', async (_, behaviour) => {
    const answer = await stream({ chunks: 12, delay: 2, ...behaviour });
    expect(answer.status).toBe(200);
    expect(contentOf(answer.text)).toBe('the a of and');
    expect(answer.text).not.toContain('[DONE]');
    const last = JSON.parse(payloadsOf(answer.text).at(-1) ?? '{}') as { error?: object };
    expect(last.error).toMatchObject({
      message: expect.stringContaining('request id'),
      code: expect.any(String),
    });
    const row = await rowOf(answer.id);
    expect(row.completion_tokens).toBeGreaterThanOrEqual(4);
    expect(row.completion_tokens).toBeLessThanOrEqual(12);
  });
});

describe('a failure before the first content becomes a status', () => {
  it.each([
    ['an error frame first', { 'error-after': 0 }, 500],
    ['a cut before any content', { 'cut-after': 0 }, 502],
    ['an HTML page', { html: true }, 502],
  ])('%s', async (_, behaviour, status) => {
    const answer = await stream(behaviour);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toHaveProperty('error.message');
  });

  it('gives up on an upstream that never answers', async () => {
    const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      ...simulate({ 'hang-after': 0 }),
    });
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  });

  it('answers 502 for a whole answer that is cut in the middle', async () => {
    const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      ...simulate({ 'cut-after': 1 }),
    });
    expect(answer.status).toBe(502);
    await answer.text();
  });
});
