import {
  anthropicStream as makeStream,
  counted,
  messageStart,
  type Block,
} from './anthropic-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

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
    { text: 'So far.', finish: 'pause', found: ['https://a.example/'] },
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
      messageStart,
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
