import {
  added,
  done,
  responsesStream as makeStream,
  step,
  words,
  wordEvents,
} from './responses-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

const picture = {
  id: 'ig_1',
  type: 'image_generation_call',
  status: 'completed',
  result: 'aWk=',
  output_format: 'png',
  quality: 'low',
  size: '1024x1024',
  background: 'opaque',
  revised_prompt: 'a cat',
};
const code = {
  id: 'ci_1',
  type: 'code_interpreter_call',
  status: 'completed',
  container_id: 'cntr_1',
  code: 'print(1)',
  outputs: [{ type: 'logs', logs: '1\n' }],
};
const fileOfCode = {
  type: 'container_file_citation',
  container_id: 'cntr_1',
  file_id: 'cfile_1',
  filename: 'plot.png',
  start_index: 0,
  end_index: 4,
};
const click = {
  id: 'cu_1',
  type: 'computer_call',
  call_id: 'call_c',
  status: 'completed',
  action: { type: 'click', button: 'left', x: 10, y: 20 },
  pending_safety_checks: [],
};
const grammar = {
  id: 'ctc_1',
  type: 'custom_tool_call',
  call_id: 'call_g',
  name: 'calc',
  input: '1 + "2"\n',
  status: 'completed',
};
const listed = {
  id: 'mcpl_1',
  type: 'mcp_list_tools',
  server_label: 'dice',
  tools: [{ name: 'roll', input_schema: { type: 'object' }, annotations: null, description: '' }],
  error: null,
};
const rolled = {
  id: 'mcp_1',
  type: 'mcp_call',
  server_label: 'dice',
  name: 'roll',
  arguments: '{"n":2}',
  output: '4',
  error: null,
  status: 'completed',
  approval_request_id: null,
};
const search = {
  id: 'ws_1',
  type: 'web_search_call',
  status: 'completed',
  action: {
    type: 'search',
    query: 'cats',
    queries: ['cats'],
    sources: [{ type: 'url', url: 'https://a.example/' }],
  },
};
const pageRead = {
  id: 'ws_2',
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'find_in_page', url: 'https://a.example/', pattern: 'cat' },
};
const cited = {
  type: 'url_citation',
  url: 'https://a.example/?utm_source=openai',
  title: 'A',
  start_index: 0,
  end_index: 4,
};
const fileCited = { type: 'file_citation', file_id: 'file-1', filename: 'a.pdf', index: 4 };
const fileFound = {
  id: 'fs_1',
  type: 'file_search_call',
  status: 'completed',
  queries: ['cats'],
  results: [{ file_id: 'file-1', filename: 'a.pdf', score: 0.9, text: 'Cats.', attributes: {} }],
};
const thought = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [
    { type: 'summary_text', text: 'First.' },
    { type: 'summary_text', text: 'Then.' },
  ],
  content: [],
  encrypted_content: 'gAAA',
  status: 'completed',
};
const paragraphEvents = (part: { type: string; text: string }, summary_index: number): object[] => [
  step('reasoning_summary_part.added', 0, 'rs_1', { summary_index, part: { ...part, text: '' } }),
  step('reasoning_summary_text.delta', 0, 'rs_1', { summary_index, delta: part.text }),
  step('reasoning_summary_text.done', 0, 'rs_1', { summary_index, text: part.text }),
  step('reasoning_summary_part.done', 0, 'rs_1', { summary_index, part }),
];
const shell = {
  id: 'sh_1',
  type: 'shell_call',
  call_id: 'call_s',
  status: 'completed',
  action: { commands: ['ls'], timeout_ms: null, max_output_length: null },
};

/** Streams of the Responses API in which OpenAI's own tools work, or the client's are of another kind. */
export const responsesToolStreams: readonly VendorStream[] = [
  makeStream(
    'a picture that comes in parts',
    [
      added(0, { id: 'ig_1', type: 'image_generation_call', status: 'in_progress' }),
      step('image_generation_call.in_progress', 0, 'ig_1'),
      step('image_generation_call.generating', 0, 'ig_1'),
      step('image_generation_call.partial_image', 0, 'ig_1', {
        partial_image_index: 0,
        partial_image_b64: 'cGFydA==',
        output_format: 'png',
        size: '1024x1024',
      }),
      step('image_generation_call.completed', 0, 'ig_1'),
      done(0, picture),
      ...wordEvents(1, 'Here.'),
    ],
    [picture, words('Here.')],
    { text: 'Here.', pictures: ['aWk='] },
  ),
  makeStream(
    'code that OpenAI ran, and a file of it',
    [
      added(0, { ...code, status: 'in_progress', code: '', outputs: [] }),
      step('code_interpreter_call.in_progress', 0, 'ci_1'),
      step('code_interpreter_call_code.delta', 0, 'ci_1', { delta: 'print(', obfuscation: 'x' }),
      step('code_interpreter_call_code.delta', 0, 'ci_1', { delta: '1)' }),
      step('code_interpreter_call_code.done', 0, 'ci_1', { code: 'print(1)' }),
      step('code_interpreter_call.interpreting', 0, 'ci_1'),
      step('code_interpreter_call.completed', 0, 'ci_1'),
      done(0, code),
      ...wordEvents(1, 'Done', [fileOfCode]),
    ],
    [code, words('Done', [fileOfCode])],
    // A file is no address.
    { text: 'Done', sources: [''] },
  ),
  makeStream(
    'a click on somebody’s screen',
    [added(0, { ...click, status: 'in_progress' }), done(0, click)],
    [click],
    {},
  ),
  makeStream(
    'a call of a tool with a grammar',
    [
      added(0, { ...grammar, status: 'in_progress', input: '' }),
      step('custom_tool_call_input.delta', 0, 'ctc_1', { delta: '1 + ' }),
      step('custom_tool_call_input.delta', 0, 'ctc_1', { delta: '"2"\n' }),
      step('custom_tool_call_input.done', 0, 'ctc_1', { input: grammar.input }),
      done(0, grammar),
    ],
    [grammar],
    { calls: [{ name: 'calc', input: { input: '1 + "2"\n' } }] },
    { unreadBy: ['openai-chat', 'openai-responses'] },
  ),
  makeStream(
    'tools of an MCP server, listed and called',
    [
      added(0, { ...listed, tools: [] }),
      step('mcp_list_tools.in_progress', 0, 'mcpl_1'),
      step('mcp_list_tools.completed', 0, 'mcpl_1'),
      done(0, listed),
      added(1, { ...rolled, status: 'in_progress', arguments: '', output: null }),
      step('mcp_call.in_progress', 1, 'mcp_1'),
      step('mcp_call_arguments.delta', 1, 'mcp_1', { delta: '{"n":2}' }),
      step('mcp_call_arguments.done', 1, 'mcp_1', { arguments: '{"n":2}' }),
      step('mcp_call.completed', 1, 'mcp_1'),
      done(1, rolled),
      ...wordEvents(2, 'Four.'),
    ],
    [listed, rolled, words('Four.')],
    { text: 'Four.' },
  ),
  makeStream(
    'searches, a page that was read, sources of the web and of files',
    [
      added(0, { id: 'ws_1', type: 'web_search_call', status: 'in_progress' }),
      step('web_search_call.in_progress', 0, 'ws_1'),
      step('web_search_call.searching', 0, 'ws_1'),
      step('web_search_call.completed', 0, 'ws_1'),
      done(0, search),
      added(1, { id: 'ws_2', type: 'web_search_call', status: 'in_progress' }),
      done(1, pageRead),
      added(2, { ...fileFound, status: 'in_progress', queries: [], results: null }),
      step('file_search_call.searching', 2, 'fs_1'),
      step('file_search_call.completed', 2, 'fs_1'),
      done(2, fileFound),
      ...wordEvents(3, 'Cats.', [cited, fileCited]),
    ],
    [search, pageRead, fileFound, words('Cats.', [cited, fileCited])],
    { text: 'Cats.', sources: ['https://a.example/?utm_source=openai', ''] },
  ),
  makeStream(
    'thoughts between calls, and an answer that is too long',
    [
      added(0, { ...thought, status: 'in_progress', summary: [] }),
      ...thought.summary.flatMap((part, summary_index) => paragraphEvents(part, summary_index)),
      done(0, thought),
      ...wordEvents(1, 'It goes on and'),
    ],
    [thought, { ...words('It goes on and'), status: 'incomplete' }],
    { thoughts: 'First.\n\nThen.', text: 'It goes on and', finish: 'length' },
    {
      type: 'response.incomplete',
      status: 'incomplete',
      more: { incomplete_details: { reason: 'max_output_tokens' } },
    },
  ),
  makeStream(
    'commands for the client’s shell',
    [added(0, { ...shell, status: 'in_progress' }), done(0, shell)],
    [shell],
    {},
  ),
];
