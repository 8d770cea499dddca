import {
  added,
  done,
  responsesStream as makeStream,
  step,
  words,
  wordEvents,
} from './responses-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

const approval = {
  id: 'mcpr_1',
  type: 'mcp_approval_request',
  server_label: 'dice',
  name: 'roll',
  arguments: '{"n":2}',
};
const failedList = {
  id: 'mcpl_1',
  type: 'mcp_list_tools',
  server_label: 'dice',
  tools: [],
  error: { type: 'http_error', code: 502, message: 'Bad gateway' },
};
const failedCall = {
  id: 'mcp_1',
  type: 'mcp_call',
  server_label: 'dice',
  name: 'roll',
  arguments: '{}',
  output: null,
  error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'no dice' }] },
  status: 'failed',
  approval_request_id: null,
};
const refused = {
  id: 'msg_t',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'refusal', refusal: 'I cannot help.' }],
};
const openThought = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [],
  content: [{ type: 'reasoning_text', text: 'I think.' }],
  status: 'completed',
};
const call = (id: string, input: string): object => ({
  id: `fc_${id}`,
  type: 'function_call',
  call_id: `call_${id}`,
  name: 'f',
  arguments: input,
  status: 'completed',
});
const callEvents = (at: number, id: string, input: string): object[] => [
  added(at, { ...call(id, ''), status: 'in_progress' }),
  step('function_call_arguments.delta', at, `fc_${id}`, { delta: input, obfuscation: 'xyz' }),
  step('function_call_arguments.done', at, `fc_${id}`, { arguments: input, name: 'f' }),
  done(at, call(id, input)),
];
const image = { id: 'ig_1', type: 'image_generation_call', status: 'failed', result: null };
const pages = [
  {
    id: 'ws_1',
    type: 'web_search_call',
    status: 'completed',
    action: { type: 'open_page', url: 'https://a.example/' },
  },
  {
    id: 'ws_2',
    type: 'web_search_call',
    status: 'failed',
    action: { type: 'search', query: 'cats' },
  },
];
const patch = {
  id: 'apc_1',
  type: 'apply_patch_call',
  call_id: 'call_p',
  status: 'completed',
  operation: { type: 'update_file', path: 'a.py', diff: '@@\n-1\n+2\n' },
};
const compaction = { id: 'cmp_1', type: 'compaction', encrypted_content: 'gAAA' };
const file = {
  type: 'file_path',
  file_id: 'file-1',
  index: 3,
};
const likely = [{ token: 'Yes', logprob: -0.1, bytes: [89, 101, 115], top_logprobs: [] }];
const sure = {
  ...words('Yes'),
  content: [{ type: 'output_text', text: 'Yes', annotations: [], logprobs: likely }],
};

/** Streams of the Responses API with steps that fail, wait or are rare. */
export const responsesStepStreams: readonly VendorStream[] = [
  makeStream(
    'a tool of an MCP server that waits for leave',
    [added(0, { ...approval }), done(0, approval)],
    [approval],
    {},
  ),
  makeStream(
    'an MCP server that does not answer, and a tool that fails',
    [
      added(0, { ...failedList, error: null }),
      step('mcp_list_tools.in_progress', 0, 'mcpl_1'),
      step('mcp_list_tools.failed', 0, 'mcpl_1'),
      done(0, failedList),
      added(1, { ...failedCall, status: 'in_progress', arguments: '', error: null }),
      step('mcp_call_arguments.done', 1, 'mcp_1', { arguments: '{}' }),
      step('mcp_call.failed', 1, 'mcp_1'),
      done(1, failedCall),
      ...wordEvents(2, 'No dice.'),
    ],
    [failedList, failedCall, words('No dice.')],
    { text: 'No dice.' },
  ),
  makeStream(
    'a refusal in pieces, in its place',
    [
      added(0, { ...refused, status: 'in_progress', content: [] }),
      step('content_part.added', 0, 'msg_t', {
        content_index: 0,
        part: { type: 'refusal', refusal: '' },
      }),
      step('refusal.delta', 0, 'msg_t', { content_index: 0, delta: 'I cannot ' }),
      step('refusal.delta', 0, 'msg_t', { content_index: 0, delta: 'help.' }),
      step('refusal.done', 0, 'msg_t', { content_index: 0, refusal: 'I cannot help.' }),
      step('content_part.done', 0, 'msg_t', { content_index: 0, part: refused.content[0] }),
      done(0, refused),
    ],
    [refused],
    { text: 'I cannot help.', finish: 'refusal' },
  ),
  makeStream(
    'open thoughts, word for word, and two calls of one tool',
    [
      added(0, { ...openThought, content: [], status: 'in_progress' }),
      step('content_part.added', 0, 'rs_1', {
        content_index: 0,
        part: { type: 'reasoning_text', text: '' },
      }),
      step('reasoning_text.delta', 0, 'rs_1', { content_index: 0, delta: 'I ' }),
      step('reasoning_text.delta', 0, 'rs_1', { content_index: 0, delta: 'think.' }),
      step('reasoning_text.done', 0, 'rs_1', { content_index: 0, text: 'I think.' }),
      step('content_part.done', 0, 'rs_1', { content_index: 0, part: openThought.content[0] }),
      done(0, openThought),
      ...callEvents(1, '1', '{"a":1}'),
      ...callEvents(2, '2', '{"a":2}'),
    ],
    [openThought, call('1', '{"a":1}'), call('2', '{"a":2}')],
    {
      thoughts: 'I think.',
      calls: [
        { name: 'f', input: { a: 1 } },
        { name: 'f', input: { a: 2 } },
      ],
    },
  ),
  makeStream(
    'a picture that could not be made, a page, and a search that failed',
    [
      added(0, { ...image, status: 'in_progress' }),
      done(0, image),
      added(1, { ...pages[0], status: 'in_progress' }),
      done(1, pages[0]!),
      added(2, { ...pages[1], status: 'in_progress' }),
      done(2, pages[1]!),
      ...wordEvents(3, 'Sorry.', [file]),
    ],
    [image, ...pages, words('Sorry.', [file])],
    { text: 'Sorry.', sources: [''], found: ['https://a.example/'] },
  ),
  makeStream(
    'a change of a file for the client’s hand, and what was compacted',
    [
      added(0, compaction),
      done(0, compaction),
      added(1, { ...patch, status: 'in_progress' }),
      done(1, patch),
    ],
    [compaction, patch],
    {},
  ),
  makeStream(
    'how likely each word was',
    [
      added(0, { ...sure, status: 'in_progress', content: [] }),
      step('content_part.added', 0, 'msg_t', {
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
      }),
      step('output_text.delta', 0, 'msg_t', { content_index: 0, delta: 'Yes', logprobs: likely }),
      step('output_text.done', 0, 'msg_t', { content_index: 0, text: 'Yes', logprobs: likely }),
      step('content_part.done', 0, 'msg_t', { content_index: 0, part: sure.content[0] }),
      done(0, sure),
    ],
    [sure],
    { text: 'Yes' },
  ),
];
