import { describe, expect, it } from '@jest/globals';
import { readAnswer } from '../read-answer.ts';
import { createResponsesStreamTap } from './responses-stream-tap.ts';

const dialect = { streamUsage: 'always' } as const;
const context = { operation: 'responses', dialect, contentType: 'application/json' } as const;
const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };
const search = (action: unknown, status = 'completed') => ({
  type: 'web_search_call',
  id: 'ws',
  status,
  action,
});
const words = (text: string) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});

function searchesOf(output: readonly unknown[], more: object = {}): [unknown, unknown] {
  const response = { id: 'resp_1', status: 'completed', output, usage: { ...usage, ...more } };
  const tap = createResponsesStreamTap(dialect);
  const event = { type: 'response.completed', response };
  tap.push(Buffer.from(`event: response.completed\ndata: ${JSON.stringify(event)}\n\n`));
  tap.end();
  const whole = readAnswer(Buffer.from(JSON.stringify(response)), context);
  return [whole.usage?.webSearches, tap.facts.usage?.webSearches];
}

describe('searches of the web', () => {
  it.each([
    ['are counted', [search({ type: 'search', query: 'a' }), search(undefined), words('x')], {}, 2],
    ['are not pages that were opened', [search({ type: 'open_page' })], {}, undefined],
    ['are not those that failed', [search({ type: 'search' }, 'failed')], {}, undefined],
    ['are not words', [words('"type":"web_search_call"')], {}, undefined],
    ['are what the vendor counted', [search({ type: 'search' })], { num_search_queries: 7 }, 7],
    [
      'are one of several tools',
      [],
      { server_side_tool_usage_details: { web_search_calls: 3, x_search_calls: 9 } },
      3,
    ],
  ])('%s', (_title, output, more, expected) => {
    expect(searchesOf(output, more)).toEqual([expected, expected]);
  });
});
