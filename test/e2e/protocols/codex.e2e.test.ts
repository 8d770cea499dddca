import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
  type UpstreamKind,
} from '../../support/protocols/protocol-world.ts';
import type { Answer } from '../../support/protocols/scene.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

type Item = Record<string, unknown>;

/** A turn as Codex asks for it: everything again each time, nothing kept, and tools of every sort. */
function makeTurn(model: string, input: readonly Item[]): object {
  return {
    model,
    instructions: `You are a coding agent.\n${'Follow the rules of the house. '.repeat(600)}`,
    input,
    tools: [
      {
        type: 'function',
        name: 'shell',
        description: 'Runs a shell command.',
        strict: false,
        parameters: {
          type: 'object',
          properties: { command: { type: 'array', items: { type: 'string' } } },
          required: ['command'],
          additionalProperties: false,
        },
      },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Edits files.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
      },
      { type: 'web_search' },
      {
        type: 'namespace',
        name: 'mcp__files',
        description: 'Files.',
        tools: [
          {
            type: 'function',
            name: 'read',
            parameters: { type: 'object', properties: { path: { type: 'string' } } },
          },
        ],
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '0199-session',
    text: { verbosity: 'medium' },
    client_metadata: { 'x-codex-installation-id': 'abc' },
  };
}

const question: Item = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'Fix the toll.' }],
};

/** Reads a stream as Codex does: the data only, until the response is complete. */
async function ask(kind: UpstreamKind, input: readonly Item[]): Promise<Item[]> {
  const answer = await fetch(`${world.gateway.url}/v1/responses`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.token.key}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      accept: 'text/event-stream',
      originator: 'codex_cli_rs',
      session_id: '0199-session',
      version: '0.60.0',
    },
    body: gzipSync(JSON.stringify(makeTurn(world.modelOf(kind), input))),
  });
  const text = await answer.text();
  expect([answer.status, text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  const events = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Item);
  expect(events[0]?.['type']).toBe('response.created');
  const last = events.at(-1) as { type: string; response: { usage: object } };
  expect(last.type).toBe('response.completed');
  expect(last.response.usage).toMatchObject({ input_tokens: 20, output_tokens: 7 });
  return events
    .filter(({ type }) => type === 'response.output_item.done')
    .map(({ item }) => item as Item);
}

/** Codex sends items back without the ids of those that were not kept. */
function asHistory(items: readonly Item[]): Item[] {
  return items.map(({ id: _id, status: _status, ...item }) => item);
}

const patch = '*** Begin Patch\n*** Update File: "a.ts"\n+ß';
const foreign = upstreamKinds.filter(({ family }) => family !== 'openai-responses');

describe.each(upstreamKinds)('Codex at $name', (kind) => {
  it('works through a turn: thoughts, a command, its output, an answer', async () => {
    const calls: Answer['calls'] = [
      { id: 'call_1', name: 'shell', input: { command: ['ls', '-l'] } },
    ];
    world.upstream.answerWith({ thoughts: 'I look first.', calls, end: 'calls' });
    const items = await ask(kind, [question]);
    expect(items.map(({ type }) => type)).toEqual(['reasoning', 'function_call']);
    expect(items[1]).toMatchObject({ name: 'shell' });
    expect(JSON.parse(String(items[1]?.['arguments']))).toEqual({ command: ['ls', '-l'] });

    world.upstream.answerWith({ text: 'Done.', end: 'stop' });
    const output = { type: 'function_call_output', call_id: items[1]?.['call_id'], output: 'a.ts' };
    const next = await ask(kind, [question, ...asHistory(items), output]);
    expect(next).toMatchObject([{ type: 'message', content: [{ text: 'Done.' }] }]);
    const [request] = world.upstream.requests;
    expect(request?.text).toContain('a.ts');
    expect(request?.text).toContain('Follow the rules of the house.');
    expect(request?.text).not.toContain('gw1.');
  });
});

describe.each(foreign)("Codex's own tools at $name", (kind) => {
  it('are given back as what Codex declared', async () => {
    world.upstream.answerWith({
      calls: [
        { id: 'call_1', name: 'apply_patch', input: { input: patch } },
        { id: 'call_2', name: 'mcp__files__read', input: { path: 'a.ts' } },
      ],
      end: 'calls',
    });
    const items = await ask(kind, [question]);
    expect(items).toMatchObject([
      { type: 'custom_tool_call', name: 'apply_patch', input: patch },
      { type: 'function_call', name: 'read', namespace: 'mcp__files' },
    ]);

    world.upstream.answerWith({ text: 'Patched.', end: 'stop' });
    await ask(kind, [
      question,
      ...asHistory(items),
      { type: 'custom_tool_call_output', call_id: items[0]?.['call_id'], output: 'patched well' },
      { type: 'function_call_output', call_id: items[1]?.['call_id'], output: 'file contents' },
    ]);
    const [request] = world.upstream.requests;
    expect(request?.text).toContain('patched well');
    expect(request?.text).toContain('file contents');
    expect(request?.text).toContain('mcp__files__read');
    expect(request?.text).not.toContain('web_search');
  });
});
