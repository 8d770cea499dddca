import { anthropicStream as makeStream, type Block } from './anthropic-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

const text = (words: string): Block => ({ type: 'text', text: words });
const serverUse = (id: string, name: string, input: object): Block => ({
  type: 'server_tool_use',
  id: `srvtoolu_${id}`,
  name,
  input,
  caller: { type: 'direct' },
});

/** Streams of the Messages API with results of Anthropic's own tools, and ends that are rare. */
export const anthropicResultStreams: readonly VendorStream[] = [
  makeStream(
    'code in Python whose output is sealed, and code that failed',
    [
      serverUse('1', 'code_execution', { code: 'print(1)' }),
      {
        type: 'code_execution_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'encrypted_code_execution_result',
          encrypted_stdout: 'c2VhbGVk',
          stderr: '',
          return_code: 0,
          content: [],
        },
      },
      serverUse('2', 'code_execution', { code: 'while True: pass' }),
      {
        type: 'code_execution_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: {
          type: 'code_execution_tool_result_error',
          error_code: 'execution_time_exceeded',
        },
      },
      text('One of two.'),
    ],
    { text: 'One of two.' },
  ),
  makeStream(
    'files that were looked at, made and changed',
    [
      serverUse('1', 'text_editor_code_execution', { command: 'view', path: 'a.py' }),
      {
        type: 'text_editor_code_execution_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'text_editor_code_execution_view_result',
          file_type: 'text',
          content: 'print(1)',
          start_line: 1,
          num_lines: 1,
          total_lines: 1,
        },
      },
      serverUse('2', 'text_editor_code_execution', {
        command: 'create',
        path: 'b.py',
        file_text: 'print(2)',
      }),
      {
        type: 'text_editor_code_execution_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: { type: 'text_editor_code_execution_create_result', is_file_update: false },
      },
      serverUse('3', 'text_editor_code_execution', {
        command: 'str_replace',
        path: 'a.py',
        old_str: '1',
        new_str: '2',
      }),
      {
        type: 'text_editor_code_execution_tool_result',
        tool_use_id: 'srvtoolu_3',
        content: {
          type: 'text_editor_code_execution_str_replace_result',
          old_start: 1,
          old_lines: 1,
          new_start: 1,
          new_lines: 1,
          lines: ['-print(1)', '+print(2)'],
        },
      },
      text('Done.'),
    ],
    { text: 'Done.' },
  ),
  makeStream(
    'tools that were searched for, and one of them called',
    [
      serverUse('1', 'tool_search_tool_regex', { query: 'weather' }),
      {
        type: 'tool_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: {
          type: 'tool_search_tool_search_result',
          tool_references: [{ type: 'tool_reference', tool_name: 'f' }],
        },
      },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 } },
    ],
    { calls: [{ name: 'f', input: { a: 1 } }] },
    { stop: 'tool_use' },
  ),
  makeStream(
    'a tool of an MCP server that failed, and a page that could not be fetched',
    [
      {
        type: 'mcp_tool_use',
        id: 'mcptoolu_1',
        name: 'roll',
        server_name: 'dice',
        input: {},
      },
      {
        type: 'mcp_tool_result',
        tool_use_id: 'mcptoolu_1',
        is_error: true,
        content: [{ type: 'text', text: 'no dice' }],
      },
      serverUse('2', 'web_fetch', { url: 'https://a.example/' }),
      {
        type: 'web_fetch_tool_result',
        tool_use_id: 'srvtoolu_2',
        content: { type: 'web_fetch_tool_result_error', error_code: 'url_not_accessible' },
      },
      text('Neither.'),
    ],
    { text: 'Neither.' },
  ),
  makeStream(
    'words that were searched for twice, with thoughts between',
    [
      { type: 'thinking', thinking: 'I search.', signature: 'c2lnMQ==' },
      serverUse('1', 'web_search', { query: 'cats' }),
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [
          {
            type: 'web_search_result',
            url: 'https://a.example/',
            title: 'A',
            encrypted_content: 'e',
            page_age: '2 days ago',
          },
        ],
      },
      { type: 'thinking', thinking: 'Again.', signature: 'c2lnMg==' },
      serverUse('2', 'web_search', { query: 'dogs' }),
      { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_2', content: [] },
      text('Cats, no dogs.'),
    ],
    { thoughts: 'I search.Again.', text: 'Cats, no dogs.', found: ['https://a.example/'] },
    {
      usage: {
        input_tokens: 20,
        cache_creation_input_tokens: 5,
        cache_read_input_tokens: 5,
        output_tokens: 12,
        server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
      },
    },
  ),
  makeStream(
    'nothing but a refusal',
    [],
    { finish: 'refusal' },
    {
      stop: 'refusal',
      more: {
        stop_details: { type: 'refusal', category: 'cyber', explanation: null },
      },
    },
  ),
  makeStream('nothing at all behind a call’s result', [], {}),
  makeStream(
    'a stop text, and a thought that is not shown before it',
    [{ type: 'thinking', thinking: '', signature: 'c2lnMQ==' }, text('One, two')],
    { text: 'One, two', finish: 'stop-sequence' },
    { stop: 'stop_sequence', more: { stop_sequence: 'three' } },
  ),
];
