import { beforeEach, describe, expect, it } from '@jest/globals';
import { askBriefly, type AskedDoor } from '../../support/protocols/ask-briefly.ts';
import { upstreamKindOfEachWire as kinds } from '../../support/protocols/protocol-world.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';
import { useProtocolWorld } from '../../support/protocols/use-protocol-world.ts';

const world = useProtocolWorld(0);
beforeEach(() => {
  world.upstream.answerWith({ text: 'Roads are paid for, mostly.', end: 'stop' });
});

/** What an upstream's status is at each door: its status there, and the word for it. */
const table: readonly (readonly [
  upstream: number,
  openai: [number, string],
  anthropic: [number, string],
  gemini: [number, string],
])[] = [
  [400, [400, 'invalid_request_error'], [400, 'invalid_request_error'], [400, 'INVALID_ARGUMENT']],
  [401, [502, 'upstream_error'], [502, 'api_error'], [502, 'UNAVAILABLE']],
  [402, [502, 'upstream_error'], [502, 'api_error'], [502, 'UNAVAILABLE']],
  [403, [502, 'upstream_error'], [502, 'api_error'], [502, 'UNAVAILABLE']],
  [404, [404, 'invalid_request_error'], [404, 'not_found_error'], [404, 'NOT_FOUND']],
  [409, [409, 'conflict_error'], [409, 'conflict_error'], [409, 'ABORTED']],
  [413, [413, 'invalid_request_error'], [413, 'request_too_large'], [413, 'INVALID_ARGUMENT']],
  [422, [422, 'invalid_request_error'], [422, 'invalid_request_error'], [422, 'INVALID_ARGUMENT']],
  [429, [429, 'rate_limit_error'], [429, 'rate_limit_error'], [429, 'RESOURCE_EXHAUSTED']],
  [500, [500, 'server_error'], [500, 'api_error'], [500, 'INTERNAL']],
  [502, [502, 'upstream_error'], [502, 'api_error'], [502, 'UNAVAILABLE']],
  [503, [503, 'overloaded_error'], [529, 'overloaded_error'], [503, 'UNAVAILABLE']],
];

const isForeign = (door: AskedDoor, kind: string): boolean =>
  !(door === 'openai' ? ['chat'] : [door]).includes(kind);

const cells = table.flatMap(([upstream, openai, anthropic, gemini]) =>
  kinds.flatMap((kind) =>
    Object.entries({ openai, responses: openai, anthropic, gemini }).map(
      ([door, [status, word]]) => ({ upstream, kind, door: door as AskedDoor, status, word }),
    ),
  ),
);

describe('a refusal before the stream', () => {
  it.each(cells)('of $upstream by $kind.name is $status $word at $door', async (cell) => {
    const { upstream, kind, door, status, word } = cell;
    world.upstream.answerWith({ text: '', end: 'stop' }, { [kind.family]: { status: upstream } });
    const answer = await askBriefly(world, door, world.modelOf(kind), upstream % 2 === 0);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    // Between an upstream and a client of one protocol the upstream's own words stay.
    const isOwn = !isForeign(door, kind.name) && error['code'] !== 'upstream_credentials';
    const told = door === 'gemini' ? error['status'] : error['type'];
    if (isOwn && door !== 'anthropic' && door !== 'gemini' && upstream !== 429) {
      expect([answer.status, told]).toEqual([upstream, 'server_error']);
    } else if (isOwn && door === 'anthropic' && upstream === 503) {
      expect([answer.status, told]).toEqual([503, 'api_error']);
    } else expect([answer.status, told]).toEqual([status, word]);
    if (door === 'gemini') expect(error['code']).toBe(status);
    if (door === 'openai' || door === 'responses') expect(error['code']).not.toMatch(/^\d*$/);
    const isWorthRetrying = upstream === 429 || upstream >= 500;
    expect(answer.headers.get('x-should-retry')).toBe(String(isWorthRetrying));
    expect(JSON.stringify(error)).not.toContain(world.upstream.url);
  });
});

describe('an error inside the stream', () => {
  const ends: Record<AskedDoor, RegExp> = {
    openai: /\n\ndata: (\{"error":\{.*\})\n\n$/,
    responses: /\n\nevent: error\ndata: (.*)\n\nevent: response\.failed\ndata: .*\n\n$/,
    anthropic: /\n\nevent: error\ndata: (.*)\n\n$/,
    gemini: /\n\r?\ndata: (\{"error":\{.*\})\n\n$/,
  };
  const pairs = kinds.flatMap((kind) =>
    (Object.keys(ends) as AskedDoor[]).map((door) => ({ kind, door })),
  );

  it.each(pairs)('from $kind.name is the last event at $door', async ({ kind, door }) => {
    const errorAfter = upstreamWires[kind.family].firstText + 1;
    world.upstream.answerWith(
      { text: 'Roads are paid for, mostly.', end: 'stop' },
      { [kind.family]: { errorAfter } },
    );
    const answer = await askBriefly(world, door, world.modelOf(kind), true);
    const text = await answer.text();
    expect([answer.status, text.includes('[DONE]')]).toEqual([200, false]);
    expect(text).toContain('Roads');
    const [, json] = ends[door].exec(text) ?? [];
    const { error } = JSON.parse(json!) as { error: Record<string, unknown> };
    const told = door === 'gemini' ? error['status'] : error['type'];
    // The upstreams say that they are overloaded; OpenAI's say no more than that they failed.
    const isPlain = kind.name === 'chat' || kind.name === 'responses';
    const words: Record<AskedDoor, string> = isPlain
      ? {
          openai: 'server_error',
          responses: 'server_error',
          anthropic: 'api_error',
          gemini: 'INTERNAL',
        }
      : {
          openai: 'overloaded_error',
          responses: 'overloaded_error',
          anthropic: 'overloaded_error',
          gemini: 'UNAVAILABLE',
        };
    expect(told).toBe(words[door]);
    expect(error['message']).toContain('overheated');
  });
});
