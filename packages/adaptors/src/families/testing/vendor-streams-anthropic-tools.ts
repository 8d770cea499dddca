import type { VendorStream } from './vendor-stream.ts';

const counted = { input: 30, cached: 5, output: 12 };
const opening = {
  input_tokens: 20,
  cache_creation_input_tokens: 5,
  cache_read_input_tokens: 5,
  cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  service_tier: 'standard',
  inference_geo: 'global',
};
const message = { id: 'msg_t', type: 'message', role: 'assistant', model: 'claude-opus-4-6' };

type Block = Readonly<Record<string, unknown>> & { type: string };

/** How the API streams a block: what grows comes in deltas. */
function blockEvents(block: Block, index: number): object[] {
  const start = (content_block: object): object => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (change: object): object => ({
    type: 'content_block_delta',
    index,
    delta: change,
  });
  const stop = { type: 'content_block_stop', index };
  if (block.type === 'text') {
    const { text, citations } = block as { text?: string; citations?: object[] };
    return [
      start({ type: 'text', text: '', ...(citations !== undefined && { citations: [] }) }),
      ...(citations ?? []).map((citation) => delta({ type: 'citations_delta', citation })),
      delta({ type: 'text_delta', text }),
      stop,
    ];
  }
  if (block.type === 'thinking')
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: block['thinking'] }),
      delta({ type: 'signature_delta', signature: block['signature'] }),
      stop,
    ];
  if (block.type === 'compaction')
    return [
      start({ type: 'compaction', content: null }),
      delta({ type: 'compaction_delta', content: block['content'] }),
      stop,
    ];
  if (block.type.endsWith('tool_use')) {
    const json = JSON.stringify(block['input']);
    const half = Math.ceil(json.length / 2);
    return [
      start({ ...block, input: {} }),
      delta({ type: 'input_json_delta', partial_json: '' }),
      delta({ type: 'input_json_delta', partial_json: json.slice(0, half) }),
      delta({ type: 'input_json_delta', partial_json: json.slice(half) }),
      stop,
    ];
  }
  return [start(block), stop];
}

function makeStream(
  name: string,
  content: readonly Block[],
  says: VendorStream['says'],
  {
    stop = 'end_turn',
    more = {},
    beside = {},
  }: { stop?: string; more?: object; beside?: object } = {},
): VendorStream {
  const end = { stop_reason: stop, stop_sequence: null };
  return {
    name,
    events: [
      {
        type: 'message_start',
        message: {
          ...message,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: opening,
        },
      },
      { type: 'ping' },
      ...content.flatMap(blockEvents),
      {
        type: 'message_delta',
        delta: { ...end, ...more },
        usage: { output_tokens: 12 },
        ...beside,
      },
      { type: 'message_stop' },
    ],
    whole: {
      ...message,
      content,
      ...end,
      ...more,
      ...beside,
      usage: { ...opening, output_tokens: 12 },
    },
    says: { ...counted, ...says },
  };
}

const text = (words: string, citations?: readonly object[]): Block => ({
  type: 'text',
  text: words,
  ...(citations !== undefined && { citations }),
});
const container = { id: 'container_1', expires_at: '2026-11-22T01:00:00Z' };

/** Streams of the Messages API in which Anthropic's own tools work, and documents are quoted. */
export const anthropicToolStreams: readonly VendorStream[] = [
  makeStream(
    'code that Anthropic ran in a container',
    [
      text('I run it.'),
      {
        type: 'server_tool_use',
        id: 'srvtoolu_1',
        name: 'bash_code_execution',
        input: { command: 'ls' },
        caller: { type: 'direct' },
      },
      {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'bash_code_execution_result',
          stdout: 'a\n',
          stderr: '',
          return_code: 0,
          content: [{ type: 'bash_code_execution_output', file_id: 'file_1' }],
        },
      },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_2',
        name: 'text_editor_code_execution',
        input: { command: 'view', path: 'a' },
      },
      {
        type: 'text_editor_code_execution_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: {
          type: 'text_editor_code_execution_tool_result_error',
          error_code: 'file_not_found',
        },
      },
      text(' It is there.'),
    ],
    { text: 'I run it. It is there.' },
    { more: { container } },
  ),
  makeStream(
    'quotations of documents in every form',
    [
      text('One. ', [
        {
          type: 'char_location',
          cited_text: 'one',
          document_index: 0,
          document_title: 'D',
          start_char_index: 0,
          end_char_index: 3,
          file_id: null,
        },
      ]),
      text('Two. ', [
        {
          type: 'page_location',
          cited_text: 'two',
          document_index: 1,
          document_title: null,
          start_page_number: 1,
          end_page_number: 2,
        },
        {
          type: 'content_block_location',
          cited_text: 'two',
          document_index: 2,
          document_title: 'C',
          start_block_index: 0,
          end_block_index: 1,
        },
      ]),
      text('Three.', [
        {
          type: 'search_result_location',
          cited_text: 'three',
          source: 'https://a.example/three',
          title: 'T',
          search_result_index: 0,
          start_block_index: 0,
          end_block_index: 1,
        },
      ]),
    ],
    // Documents of the request have no address.
    { text: 'One. Two. Three.', sources: ['', '', '', 'https://a.example/three'] },
  ),
  makeStream(
    'a page that was fetched, a search that failed, and a pause',
    [
      {
        type: 'server_tool_use',
        id: 'srvtoolu_1',
        name: 'web_fetch',
        input: { url: 'https://a.example/' },
      },
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'web_fetch_result',
          url: 'https://a.example/',
          retrieved_at: '2026-11-22T00:00:00Z',
          content: {
            type: 'document',
            title: 'A',
            citations: { enabled: true },
            source: { type: 'text', media_type: 'text/plain', data: 'A page.' },
          },
        },
      },
      { type: 'server_tool_use', id: 'srvtoolu_2', name: 'web_search', input: { query: 'x' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
      },
      text('So far.'),
    ],
    { text: 'So far.', finish: 'pause' },
    { stop: 'pause_turn' },
  ),
  makeStream(
    'tools of an MCP server',
    [
      {
        type: 'mcp_tool_use',
        id: 'mcptoolu_1',
        name: 'roll',
        server_name: 'dice',
        input: { n: 2 },
      },
      {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_1',
        is_error: false,
        content: [{ type: 'text', text: '4' }],
      },
      text('Four.'),
    ],
    { text: 'Four.' },
  ),
  makeStream(
    'thoughts before each of two calls, one of them for a program',
    [
      { type: 'thinking', thinking: 'One.', signature: 'c2lnMQ==' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: [1, { b: 'ü' }] } },
      { type: 'redacted_thinking', data: 'cmVk' },
      {
        type: 'tool_use',
        id: 'toolu_2',
        name: 'g',
        input: {},
        caller: { type: 'code_execution_20250825', tool_id: 'srvtoolu_9' },
      },
    ],
    {
      thoughts: 'One.',
      calls: [
        { name: 'f', input: { a: [1, { b: 'ü' }] } },
        { name: 'g', input: {} },
      ],
    },
    { stop: 'tool_use', more: { container } },
  ),
  makeStream(
    'a conversation that was compacted and cleared on the way',
    [{ type: 'compaction', content: 'They spoke of cats.' }, text('And dogs.')],
    { text: 'And dogs.' },
    {
      beside: {
        context_management: {
          applied_edits: [
            { type: 'clear_tool_uses_20250919', cleared_tool_uses: 3, cleared_input_tokens: 900 },
            {
              type: 'clear_thinking_20251015',
              cleared_thinking_turns: 1,
              cleared_input_tokens: 50,
            },
          ],
        },
      },
    },
  ),
  makeStream(
    'a context that is full',
    [text('And then')],
    { text: 'And then', finish: 'context-window' },
    { stop: 'model_context_window_exceeded' },
  ),
  {
    name: 'an input that is streamed as it is made, and cut in the middle of a word',
    unreadBy: ['openai-chat', 'openai-responses', 'anthropic'],
    events: [
      {
        type: 'message_start',
        message: {
          ...message,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: opening,
        },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 'toolu_1', name: 'write', input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"text":"unfin' },
      },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens', stop_sequence: null },
        usage: { output_tokens: 12 },
      },
      { type: 'message_stop' },
    ],
    says: {
      ...counted,
      finish: 'length',
      calls: [{ name: 'write', input: { _raw: '{"text":"unfin' } }],
    },
  },
];
