import type { Family } from '@turnpike/core';
import type { VendorStream } from './vendor-stream.ts';

const usage = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 29,
};
const counted = { input: 20, cached: 4, output: 9 };
const response = (status: string, output: readonly object[], more: object = {}): object => ({
  id: 'resp_t',
  object: 'response',
  created_at: 1_790_000_000,
  model: 'gpt-5.2',
  status,
  error: null,
  incomplete_details: null,
  output,
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
  ...more,
});
export const added = (output_index: number, item: object): object => ({
  type: 'response.output_item.added',
  output_index,
  item,
});
export const done = (output_index: number, item: object): object => ({
  type: 'response.output_item.done',
  output_index,
  item,
});
export const step = (
  type: string,
  output_index: number,
  item_id: string,
  more: object = {},
): object => ({
  type: `response.${type}`,
  output_index,
  item_id,
  ...more,
});
export const words = (text: string, annotations: readonly object[] = []): object => ({
  id: 'msg_t',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  phase: 'final_answer',
  content: [{ type: 'output_text', text, annotations, logprobs: [] }],
});
export const wordEvents = (
  at: number,
  text: string,
  annotations: readonly object[] = [],
): object[] => {
  const place = { content_index: 0 };
  const empty = { type: 'output_text', text: '', annotations: [], logprobs: [] };
  return [
    added(at, { ...words(''), status: 'in_progress', content: [] }),
    step('content_part.added', at, 'msg_t', { ...place, part: empty }),
    step('output_text.delta', at, 'msg_t', { ...place, delta: text, logprobs: [] }),
    ...annotations.map((annotation, annotation_index) =>
      step('output_text.annotation.added', at, 'msg_t', { ...place, annotation_index, annotation }),
    ),
    step('output_text.done', at, 'msg_t', { ...place, text, logprobs: [] }),
    done(at, words(text, annotations)),
  ];
};

/** The whole answer, and the events around those that are given. */
export function responsesStream(
  name: string,
  events: readonly object[],
  output: readonly object[],
  says: VendorStream['says'],
  end: {
    type?: string;
    status?: string;
    more?: object;
    unreadBy?: readonly Family[];
  } = {},
): VendorStream {
  const { type = 'response.completed', status = 'completed', more, unreadBy = [] } = end;
  const whole = response(status, output, { usage, ...more });
  const numbered = [
    { type: 'response.created', response: response('in_progress', []) },
    { type: 'response.in_progress', response: response('in_progress', []) },
    ...events,
    { type, response: whole },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
  return { name, events: numbered, whole, unreadBy, says: { ...counted, ...says } };
}
