import { describe, expect, it } from '@jest/globals';
import type { Part, Turn } from '@turnpike/core';
import { arrangeTurns } from './arrange-turns.ts';

const text = (words: string): Part => ({ kind: 'text', text: words });
const call = (callId: string, name = 'get'): Part => ({
  kind: 'tool-call',
  callId,
  name,
  tool: 'function',
  argumentsJson: '{}',
});
const result = (callId: string, words = 'ok'): Part => ({
  kind: 'tool-result',
  callId,
  tool: 'function',
  content: [text(words)],
});
const user = (...parts: Part[]): Turn => ({ role: 'user', parts });
const assistant = (...parts: Part[]): Turn => ({ role: 'assistant', parts });
const tool = (...parts: Part[]): Turn => ({ role: 'tool', parts });

const shapeOf = (turns: readonly Turn[]): string[] =>
  turns.map(
    ({ role, parts }) =>
      `${role}: ${parts
        .map((part) =>
          part.kind === 'text' ? part.text : 'callId' in part ? `${part.kind} ${part.callId}` : '',
        )
        .join(', ')}`,
  );

describe('arrangeTurns', () => {
  it('puts results in the order of the calls, before what else the user says', () => {
    const { turns, losses } = arrangeTurns([
      user(text('go')),
      assistant(text('well'), call('a'), call('b')),
      user(text('also'), result('b'), result('a')),
    ]);
    expect(shapeOf(turns)).toEqual([
      'user: go',
      'assistant: well, tool-call a, tool-call b',
      'tool: tool-result a, tool-result b',
      'user: also',
    ]);
    expect(losses).toEqual([]);
  });

  it('gives results the name of their call', () => {
    const { turns } = arrangeTurns([assistant(call('a', 'look')), tool(result('a'))]);
    expect(turns[1]?.parts[0]).toMatchObject({ name: 'look' });
  });

  it('meets the results of calls that were split over several turns', () => {
    const { turns } = arrangeTurns([
      assistant(call('a')),
      assistant(call('b')),
      tool(result('b')),
      tool(result('a')),
      user(text('x')),
    ]);
    expect(shapeOf(turns)).toEqual([
      'assistant: tool-call a, tool-call b',
      'tool: tool-result a, tool-result b',
      'user: x',
    ]);
  });

  it('answers a call that nobody answered, and says so', () => {
    const { turns, losses } = arrangeTurns([assistant(call('a')), user(text('never mind'))]);
    expect(turns[1]).toMatchObject({ role: 'tool', parts: [{ callId: 'a', isError: true }] });
    expect(shapeOf(turns)[2]).toBe('user: never mind');
    expect(losses).toMatchObject([{ what: 'repaired', severity: 'warn' }]);
  });

  it('turns a result without a call into words of the user', () => {
    const { turns, losses } = arrangeTurns([user(text('hi')), tool(result('gone', 'data'))]);
    expect(shapeOf(turns)).toEqual(['user: hi', 'user: [tool result], data']);
    expect(losses).toHaveLength(1);
  });

  it('does not take the result of another turn with the same id', () => {
    const { turns } = arrangeTurns([
      assistant(call('a')),
      tool(result('a', 'first')),
      assistant(call('a')),
      tool(result('a', 'second')),
    ]);
    expect(turns.map((turn) => JSON.stringify(turn.parts)).join()).toMatch(/first.*second/);
    expect(turns).toHaveLength(4);
  });

  it('leaves calls at the very end alone, and hosted ones everywhere', () => {
    const hosted = { ...call('h'), tool: 'hosted' } as Part;
    const { turns, losses } = arrangeTurns([
      assistant(hosted),
      user(text('x')),
      assistant(call('a')),
    ]);
    expect(turns).toHaveLength(3);
    expect(losses).toEqual([]);
  });
});
