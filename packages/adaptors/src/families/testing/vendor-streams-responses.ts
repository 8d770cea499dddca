import type { VendorStream } from './vendor-stream.ts';

const response = (more: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_790_000_000,
  model: 'gpt',
  status: 'completed',
  output: [],
  ...more,
});
const message = (text: string, more: object = {}): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [], ...more }],
});
const tokens = (input_tokens: number, output_tokens: number): object => ({
  usage: {
    input_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input_tokens + output_tokens,
  },
});
const completed = (output: object[], more: object = {}): object => ({
  type: 'response.completed',
  response: response({ output, ...tokens(8, 3), ...more }),
});
const created = { type: 'response.created', response: response({ status: 'in_progress' }) };
const said = (text: string, output_index = 0): object[] => [
  {
    type: 'response.output_item.added',
    output_index,
    item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  },
  {
    type: 'response.content_part.added',
    output_index,
    item_id: 'msg_1',
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] },
  },
  {
    type: 'response.output_text.delta',
    output_index,
    item_id: 'msg_1',
    content_index: 0,
    delta: text,
    logprobs: [],
    obfuscation: 'x',
  },
  { type: 'response.output_text.done', output_index, item_id: 'msg_1', content_index: 0, text },
];

/** Streams of the Responses API: what OpenAI, and who copies it, may send. */
export const responsesStreams: readonly VendorStream[] = [
  {
    name: 'a queue, signs of life, events and items that nobody knows yet',
    unreadBy: ['openai-responses'],
    events: [
      { type: 'response.queued', response: response({ status: 'queued' }) },
      { type: 'keepalive', sequence_number: 2 },
      { type: 'response.mood.changed', mood: 'good' },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { id: 'tp_1', type: 'telepathy_call', status: 'in_progress' },
      },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { id: 'tp_1', type: 'telepathy_call', status: 'completed' },
      },
      ...said('Hi', 1),
      completed([{ id: 'tp_1', type: 'telepathy_call', status: 'completed' }, message('Hi')]),
    ],
    says: { text: 'Hi', input: 8, output: 3 },
  },
  {
    name: 'a search and its sources',
    events: [
      created,
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { id: 'ws_1', type: 'web_search_call', status: 'in_progress' },
      },
      { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: {
          id: 'ws_1',
          type: 'web_search_call',
          status: 'completed',
          action: { type: 'search', query: 'x' },
        },
      },
      ...said('So it is.', 1),
      {
        type: 'response.output_text.annotation.added',
        output_index: 1,
        item_id: 'msg_1',
        content_index: 0,
        annotation_index: 0,
        annotation: {
          type: 'url_citation',
          url: 'https://a.example',
          title: 'A',
          start_index: 0,
          end_index: 5,
        },
      },
      completed([
        { id: 'ws_1', type: 'web_search_call', status: 'completed' },
        message('So it is.', {
          annotations: [
            {
              type: 'url_citation',
              url: 'https://a.example',
              title: 'A',
              start_index: 0,
              end_index: 5,
            },
          ],
        }),
      ]),
    ],
    says: { text: 'So it is.', sources: ['https://a.example'], input: 8, output: 3 },
  },
  {
    name: 'a refusal',
    unreadBy: ['openai-responses'],
    events: [
      created,
      {
        type: 'response.refusal.delta',
        output_index: 0,
        item_id: 'msg_1',
        content_index: 0,
        delta: 'No.',
      },
      completed([
        {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'refusal', refusal: 'No.' }],
        },
      ]),
    ],
    says: { text: 'No.', finish: 'refusal', input: 8, output: 3 },
  },
  {
    name: 'no ids, no indices, no announcements, `[DONE]`',
    unreadBy: ['openai-responses'],
    terminal: 'data: [DONE]\n\n',
    events: [
      created,
      { type: 'response.output_text.delta', delta: 'Hi' },
      completed([
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hi' }] },
      ]),
    ],
    says: { text: 'Hi', input: 8, output: 3 },
  },
  {
    name: 'reasoning without a word, and a call',
    unreadBy: ['openai-responses'],
    events: [
      created,
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
      },
      {
        type: 'response.output_item.added',
        output_index: 1,
        item: { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' },
      },
      {
        type: 'response.function_call_arguments.delta',
        output_index: 1,
        item_id: 'fc_1',
        delta: '{"a":',
      },
      {
        type: 'response.function_call_arguments.delta',
        output_index: 1,
        item_id: 'fc_1',
        delta: '1}',
      },
      completed([
        { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
        { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
      ]),
    ],
    says: { calls: [{ name: 'f', input: { a: 1 } }], input: 8, output: 3 },
  },
  {
    name: 'a filter in the middle',
    events: [
      created,
      ...said('Hi'),
      {
        type: 'response.incomplete',
        response: response({
          status: 'incomplete',
          incomplete_details: { reason: 'content_filter' },
          output: [message('Hi')],
          ...tokens(8, 3),
        }),
      },
    ],
    says: { text: 'Hi', finish: 'content-filter', input: 8, output: 3 },
  },
  {
    name: 'a failure in the middle',
    events: [
      created,
      ...said('Hi'),
      {
        type: 'response.failed',
        response: response({ status: 'failed', error: { code: 'server_error', message: 'gone' } }),
      },
    ],
    says: { fails: 500 },
  },
  {
    name: 'an error as an event of its own',
    events: [
      created,
      {
        type: 'error',
        error: {
          type: 'too_many_requests',
          code: 'too_many_requests',
          message: 'slow down',
          param: null,
        },
      },
    ],
    says: { fails: 429 },
  },
];
