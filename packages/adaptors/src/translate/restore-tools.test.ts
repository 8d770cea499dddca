import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, StreamEvent } from '@turnpike/core';
import { restoreResponse, StreamRestorer, toRestoration } from './restore-tools.ts';

const restoration = {
  names: new Map([['a_b_x', 'a.b']]),
  customTools: new Set(['patch']),
  answerTool: 'json',
};
const place = { candidate: 0, part: 0 };

const called = (name: string, argumentsJson: string): CanonicalResponse => ({
  id: '1',
  model: 'm',
  createdAt: 0,
  extras: {},
  losses: [],
  candidates: [
    {
      index: 0,
      parts: [{ kind: 'tool-call', callId: 'c', name, tool: 'function', argumentsJson }],
      finish: { reason: 'tool-calls' },
    },
  ],
});

function stream(name: string, deltas: readonly string[]): StreamEvent[] {
  const restorer = new StreamRestorer(restoration);
  const events: StreamEvent[] = [
    {
      type: 'part',
      ...place,
      header: { kind: 'tool-call', callId: 'c', name, tool: 'function' },
    },
    ...deltas.map((delta) => ({ type: 'arguments', ...place, delta }) as const),
    { type: 'end', ...place },
    { type: 'finish', candidate: 0, finish: { reason: 'tool-calls' } },
  ];
  return events.flatMap((event) => [...restorer.push(event)]);
}

describe('restoring tools', () => {
  it('gives a tool its own name back', () => {
    const [candidate] = restoreResponse(called('a_b_x', '{}'), restoration).candidates;
    expect(candidate).toMatchObject({ parts: [{ name: 'a.b' }], finish: { reason: 'tool-calls' } });
    expect(stream('a_b_x', ['{}'])[0]).toMatchObject({ header: { name: 'a.b' } });
  });

  it('takes the input of a custom tool out of its arguments', () => {
    const json = JSON.stringify({ input: '*** "x"\n' });
    const [candidate] = restoreResponse(called('patch', json), restoration).candidates;
    expect(candidate?.parts).toMatchObject([{ tool: 'custom', input: '*** "x"\n' }]);
    const events = stream('patch', [json.slice(0, 7), json.slice(7)]);
    expect(events.map(({ type }) => type)).toEqual(['part', 'arguments', 'end', 'finish']);
    expect(events[1]).toMatchObject({ delta: '*** "x"\n' });
  });

  it('makes the answer tool the answer', () => {
    const [candidate] = restoreResponse(called('json', '{"a":1}'), restoration).candidates;
    expect(candidate).toMatchObject({
      parts: [{ kind: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop' },
    });
    expect(stream('json', ['{"a"', ':1}'])).toMatchObject([
      { header: { kind: 'text' } },
      { type: 'text', delta: '{"a"' },
      { type: 'text', delta: ':1}' },
      { type: 'end' },
      { finish: { reason: 'stop' } },
    ]);
  });

  it('is nothing where nothing was changed', () => {
    expect(toRestoration({ names: new Map(), customTools: new Set() })).toBeUndefined();
    expect(toRestoration(restoration)).toBe(restoration);
  });
});
