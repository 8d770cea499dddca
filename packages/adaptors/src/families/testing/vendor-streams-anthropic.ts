import type { VendorStream } from './vendor-stream.ts';

const start = (
  usage: object = { input_tokens: 9, output_tokens: 1 },
  more: object = {},
): object => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [],
    usage,
    ...more,
  },
});
const block = (index: number, content_block: object): object => ({
  type: 'content_block_start',
  index,
  content_block,
});
const delta = (index: number, change: object): object => ({
  type: 'content_block_delta',
  index,
  delta: change,
});
const stop = (index: number): object => ({ type: 'content_block_stop', index });
const words = (index: number, text: string): object[] => [
  block(index, { type: 'text', text: '' }),
  delta(index, { type: 'text_delta', text }),
  stop(index),
];
const last = (
  stop_reason: string,
  usage: object = { output_tokens: 4 },
  more: object = {},
): object[] => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null, ...more }, usage },
  { type: 'message_stop' },
];

/** Streams of the Messages API: what Anthropic, and who copies it, may send. */
export const anthropicStreams: readonly VendorStream[] = [
  {
    name: 'blocks, deltas and events that nobody knows yet',
    events: [
      start(),
      { type: 'ping' },
      { type: 'telepathy_start', strength: 9 },
      block(0, { type: 'telepathy', id: 'tp_1' }),
      delta(0, { type: 'telepathy_delta', wave: 'x' }),
      stop(0),
      block(1, { type: 'text', text: '' }),
      delta(1, { type: 'text_delta', text: 'Hi' }),
      delta(1, { type: 'mood_delta', mood: 'good' }),
      stop(1),
      ...last('end_turn'),
    ],
    says: { text: 'Hi', input: 9, output: 4 },
  },
  {
    name: 'thoughts that are not shown, and thoughts that nobody may read',
    events: [
      start(),
      block(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'signature_delta', signature: 'c2ln' }),
      stop(0),
      block(1, { type: 'redacted_thinking', data: 'cmVk' }),
      stop(1),
      ...words(2, 'Hi'),
      ...last('end_turn'),
    ],
    says: { text: 'Hi', input: 9, output: 4 },
  },
  {
    name: 'a search that Anthropic makes, and its sources',
    events: [
      start({
        input_tokens: 9,
        cache_creation_input_tokens: 3,
        cache_read_input_tokens: 2,
        cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
        output_tokens: 1,
      }),
      block(0, { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      stop(0),
      block(1, {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          {
            type: 'web_search_result',
            url: 'https://a.example',
            title: 'A',
            encrypted_content: 'e',
            page_age: null,
          },
        ],
      }),
      stop(1),
      block(2, { type: 'text', text: '', citations: [] }),
      delta(2, {
        type: 'citations_delta',
        citation: {
          type: 'web_search_result_location',
          url: 'https://a.example',
          title: 'A',
          encrypted_index: 'i',
          cited_text: 'c',
        },
      }),
      delta(2, { type: 'text_delta', text: 'So it is.' }),
      stop(2),
      ...last('end_turn', { output_tokens: 7, server_tool_use: { web_search_requests: 1 } }),
    ],
    says: { text: 'So it is.', sources: ['https://a.example'], input: 14, cached: 2, output: 7 },
  },
  {
    name: 'a refusal with its details',
    events: [
      start(),
      ...words(0, 'I'),
      ...last(
        'refusal',
        { output_tokens: 1 },
        { stop_details: { type: 'refusal', category: 'cyber', explanation: null } },
      ),
    ],
    says: { text: 'I', finish: 'refusal', input: 9, output: 1 },
  },
  {
    name: 'a pause, a container, edits of the context',
    events: [
      start(),
      ...words(0, 'Wait.'),
      {
        type: 'message_delta',
        delta: {
          stop_reason: 'pause_turn',
          stop_sequence: null,
          container: { id: 'c', expires_at: 'z' },
        },
        usage: { output_tokens: 4 },
        context_management: { applied_edits: [] },
      },
      { type: 'message_stop' },
    ],
    says: { text: 'Wait.', finish: 'pause', input: 9, output: 4 },
  },
  {
    name: 'copies of the protocol: no content, no text in its block, no stop of it, figures at the end',
    unreadBy: ['anthropic'],
    events: [
      start({ input_tokens: 0, output_tokens: 0 }, { content: null }),
      block(0, { type: 'text' }),
      delta(0, { type: 'text_delta', text: 'Hi' }),
      block(1, { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } }),
      ...last('tool_use', { input_tokens: 12, cache_read_input_tokens: 3, output_tokens: 5 }),
    ],
    says: { text: 'Hi', calls: [{ name: 'f', input: { a: 1 } }], input: 15, cached: 3, output: 5 },
  },
  {
    name: 'a call whose input never came, and `[DONE]`',
    terminal: 'data: [DONE]\n\n',
    events: [
      start(),
      block(0, { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }),
      stop(0),
      ...last('tool_use'),
    ],
    says: { calls: [{ name: 'now', input: {} }], input: 9, output: 4 },
  },
  {
    name: 'an error in the middle',
    events: [
      start(),
      block(0, { type: 'text', text: '' }),
      delta(0, { type: 'text_delta', text: 'Hi' }),
      {
        type: 'error',
        error: { type: 'overloaded_error', message: 'Overloaded', details: null },
        request_id: 'req_1',
      },
    ],
    says: { fails: 529 },
  },
  {
    name: 'an error before anything, without a type of its own',
    events: [{ error: { type: 'rate_limit_error', message: 'slow down' } }],
    says: { fails: 429 },
  },
];
