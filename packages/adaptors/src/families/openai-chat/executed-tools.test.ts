import { describe, expect, it } from '@jest/globals';
import { ExecutedTools } from './executed-tools.ts';

const begun = { index: 0, type: 'search', arguments: '{"query":"cats"}', output: null };
const results = [{ url: 'https://a.example/', title: 'A' }, { title: 'no address' }];

describe('ExecutedTools', () => {
  it('tells a step once, when it has come back', () => {
    const tools = new ExecutedTools();
    expect(tools.take([begun])).toEqual([]);
    const complete = { ...begun, output: 'A', search_results: { results } };
    const common = { callId: expect.stringMatching(/^call_/), name: 'search', tool: 'hosted' };
    expect(tools.take([complete])).toEqual([
      {
        kind: 'tool-call',
        ...common,
        argumentsJson: '{"query":"cats"}',
        step: { kind: 'search', queries: ['cats'] },
      },
      {
        kind: 'tool-result',
        ...common,
        content: [],
        outcome: { kind: 'pages', pages: [{ url: 'https://a.example/', title: 'A' }] },
      },
    ]);
    expect(tools.take([complete])).toEqual([]);
    expect(tools.rest()).toEqual([]);
  });

  it('keeps what was said where it began, and tells what never came back', () => {
    const tools = new ExecutedTools();
    tools.take([begun, { index: 1, type: 'python', arguments: '{"code":"1"}' }]);
    expect(tools.take([{ index: 1, output: '1\n' }])).toMatchObject([
      { step: { kind: 'code', code: '1', language: 'python' } },
      { outcome: { kind: 'output', text: '1\n' } },
    ]);
    expect(tools.rest()).toMatchObject([{ step: { kind: 'search' } }]);
  });

  it('makes something of what it does not know, and of nonsense', () => {
    const tools = new ExecutedTools();
    const odd = { type: 'browser_automation', arguments: 'no JSON', output: 'done' };
    const parts = tools.take([odd, null, 'x']);
    expect(parts).toMatchObject([{ kind: 'tool-call' }, { kind: 'tool-result' }]);
    expect(parts.some((part) => 'step' in part || 'outcome' in part)).toBe(false);
    expect(new ExecutedTools().take('nothing')).toEqual([]);
  });
});
