import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  claudeCodeHeaders,
  makeClaudeCodeRequest,
} from '../../../packages/adaptors/src/families/anthropic/testing/claude-code-request.ts';
import {
  accumulateMessage,
  readEvents,
} from '../../../packages/adaptors/src/families/anthropic/testing/accumulate-message.ts';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
  type UpstreamKind,
} from '../../support/protocols/protocol-world.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const calls = [
  { id: 'toolu_03', name: 'Edit', input: { path: '/a.ts' } },
  { id: 'toolu_04', name: 'mcp__files__list', input: { path: '/' } },
];

/** As Claude Code sends it: with both credentials, its betas, and the query of the beta API. */
function send(kind: UpstreamKind): Promise<Response> {
  const body = { ...makeClaudeCodeRequest(), model: world.modelOf(kind) };
  return fetch(`${world.gateway.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${world.token.key}`,
      'x-api-key': world.token.key,
      ...claudeCodeHeaders,
    },
    body: JSON.stringify(body),
  });
}

describe("Claude Code's request", () => {
  it.each(upstreamKinds)('is served by $name', async (kind) => {
    world.upstream.answerWith({ text: 'I edit it.', calls, end: 'calls' });
    const response = await send(kind);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('request-id')).toMatch(/\S/);
    const message = accumulateMessage(readEvents(await response.text()));
    expect(message.stop_reason).toBe('tool_use');
    expect(message.content).toMatchObject([
      { type: 'text', text: 'I edit it.' },
      ...calls.map(({ name, input }) => ({ type: 'tool_use', name, input })),
    ]);
    const [request] = world.upstream.requests;
    for (const text of ['You are a coding agent.', 'Fix the test.', 'And be quick.', 'iVBORw0='])
      expect(request?.text).toContain(text);
    expect(request?.text).toContain('export {}');
  });

  it('reaches Anthropic byte for byte, with its betas and its query', async () => {
    const kind = upstreamKinds.find(({ family }) => family === 'anthropic')!;
    world.upstream.answerWith({ text: 'Done.', end: 'stop' });
    await (await send(kind)).text();

    const [request] = world.upstream.requests;
    expect(request?.text).toBe(
      JSON.stringify({ ...makeClaudeCodeRequest(), model: world.modelOf(kind) }),
    );
    expect(request?.path).toBe('/v1/messages?beta=true');
    expect(request?.headers).toMatchObject({
      'anthropic-beta': claudeCodeHeaders['anthropic-beta'],
      'anthropic-version': '2023-06-01',
    });
  });

  it('is told to wait, in the words that Claude Code knows', async () => {
    const kind = upstreamKinds.find(({ family }) => family === 'anthropic')!;
    world.upstream.answerWith({ text: '', end: 'stop' }, { anthropic: { status: 529 } });
    const response = await send(kind);

    expect(response.status).toBe(529);
    expect(response.headers.get('x-should-retry')).toBe('true');
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error' },
      request_id: expect.any(String),
    });
  });
});
