import { call, chunk, end, figures, head, usage } from './chat-chunks.ts';
import type { VendorStream } from './vendor-stream.ts';

const whole = (message: object, finish_reason = 'stop', rest: object = {}): object => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage: usage(9, 4),
  ...rest,
});
const counted = { input: 9, output: 4 };
const legacy = { name: 'f', arguments: '{"a":1}' };
const search = {
  name: '',
  index: 0,
  type: 'search',
  arguments: '{"query":"cats"}',
  output: 'Title: A',
  search_results: {
    results: [{ title: 'A', url: 'https://a.example/', content: 'Cats.', score: 0.9 }],
  },
};
const run = {
  name: '',
  index: 1,
  type: 'python',
  arguments: '{"code":"print(1)"}',
  output: '1\n',
  code_results: [{ text: '1\n' }],
};
const sealed = {
  type: 'reasoning.encrypted',
  data: 'gAAA',
  id: 'rs_1',
  format: 'openai-responses-v1',
  index: 0,
};
const shown = {
  type: 'reasoning.summary',
  summary: 'Hm.',
  format: 'openai-responses-v1',
  index: 0,
};

/** Streams of chat beside the same answers as a whole. */
export const chatStreamsWithWholes: readonly VendorStream[] = [
  {
    name: 'OpenAI: speech, and what it says',
    events: [
      chunk({ role: 'assistant', refusal: null }),
      chunk({ audio: { id: 'audio_1', transcript: 'Hello' } }),
      chunk({ audio: { id: 'audio_1', data: 'AAE=' } }),
      chunk({ audio: { transcript: ' there.' } }),
      chunk({ audio: { data: 'AgMEBQ==' } }),
      chunk({ audio: { expires_at: 1_790_003_600 } }),
      end('stop'),
      figures(9, 4),
    ],
    whole: whole({
      content: null,
      refusal: null,
      audio: {
        id: 'audio_1',
        data: 'AAECAwQF',
        expires_at: 1_790_003_600,
        transcript: 'Hello there.',
      },
    }),
    says: { ...counted, pictures: ['AAECAwQF'], spoken: 'Hello there.' },
  },
  {
    name: 'OpenAI: speech that was cut before its sound came',
    unreadBy: ['openai-chat'],
    events: [
      chunk({ role: 'assistant', audio: { id: 'audio_1', transcript: 'Hel' } }),
      chunk({ audio: { transcript: 'lo' } }),
      end('length'),
      figures(9, 4),
    ],
    whole: whole(
      { content: null, audio: { id: 'audio_1', data: '', transcript: 'Hello' } },
      'length',
    ),
    says: { ...counted, finish: 'length', pictures: [''], spoken: 'Hello' },
  },
  {
    name: 'OpenAI: a call as it was before there were tools',
    unreadBy: ['openai-chat'],
    events: [
      chunk({ role: 'assistant', content: null, function_call: { name: 'f', arguments: '' } }),
      chunk({ function_call: { arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ':1}' } }),
      end('function_call'),
      figures(9, 4),
    ],
    whole: whole({ content: null, function_call: legacy }, 'function_call'),
    says: { ...counted, calls: [{ name: 'f', input: { a: 1 } }] },
  },
  {
    name: 'OpenAI: two answers by turns',
    // Google's SDK takes the first candidate of a frame for the first of all.
    unreadBy: ['gemini'],
    events: [
      chunk({ role: 'assistant', content: 'O' }),
      chunk({ role: 'assistant', content: 'Zw' }, { index: 1 }),
      chunk({ content: 'ne' }),
      chunk({ content: 'ei' }, { index: 1 }),
      chunk({}, { index: 1, finish_reason: 'length' }),
      end('stop'),
      figures(9, 4),
    ],
    whole: whole({}, 'stop', {
      choices: [
        { index: 0, message: { role: 'assistant', content: 'One' }, finish_reason: 'stop' },
        { index: 1, message: { role: 'assistant', content: 'Zwei' }, finish_reason: 'length' },
      ],
    }),
    says: { ...counted, text: 'One' },
  },
  {
    name: 'Groq: tools that it ran itself',
    events: [
      chunk({ role: 'assistant', content: null }, {}, { x_groq: { id: 'req_1' } }),
      chunk({ reasoning: 'Hm.', executed_tools: [{ ...search, output: null }] }),
      chunk({ executed_tools: [search] }),
      chunk({ executed_tools: [run] }),
      chunk({ content: 'Cats.' }),
      end('stop', { x_groq: { id: 'req_1', usage: usage(9, 4) } }),
    ],
    whole: whole({ content: 'Cats.', reasoning: 'Hm.', executed_tools: [search, run] }),
    says: { ...counted, text: 'Cats.', thoughts: 'Hm.', found: ['https://a.example/'] },
  },
  {
    name: 'OpenRouter: thoughts of OpenAI’s, told and sealed, before a call',
    events: [
      chunk({ role: 'assistant', content: '', reasoning: 'Hm.', reasoning_details: [shown] }),
      chunk({ content: '', reasoning: null, reasoning_details: [sealed] }),
      chunk({ content: null, tool_calls: [call(0, 'call_1', 'f', '')] }),
      chunk({ content: null, tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
      chunk({ content: '' }, { finish_reason: 'tool_calls', native_finish_reason: 'completed' }),
      figures(9, 4, { cost: 0.01 }),
    ],
    whole: whole(
      {
        content: '',
        reasoning: 'Hm.',
        reasoning_details: [shown, sealed],
        tool_calls: [call(0, 'call_1', 'f', '{"a":1}')],
      },
      'tool_calls',
    ),
    says: { ...counted, thoughts: 'Hm.', calls: [{ name: 'f', input: { a: 1 } }] },
  },
  {
    name: 'OpenAI: two calls, a function’s and one of free text',
    unreadBy: ['openai-chat', 'openai-responses'],
    events: [
      chunk({ role: 'assistant', content: null, tool_calls: [call(0, 'call_1', 'f', '')] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
      chunk({
        tool_calls: [
          { index: 1, id: 'call_2', type: 'custom', custom: { name: 'calc', input: '' } },
        ],
      }),
      chunk({ tool_calls: [{ index: 1, custom: { input: '1 +' } }] }),
      chunk({ tool_calls: [{ index: 1, custom: { input: ' "2"' } }] }),
      end('tool_calls'),
      figures(9, 4),
    ],
    whole: whole(
      {
        content: null,
        tool_calls: [
          call(undefined, 'call_1', 'f', '{}'),
          { id: 'call_2', type: 'custom', custom: { name: 'calc', input: '1 + "2"' } },
        ],
      },
      'tool_calls',
    ),
    says: {
      ...counted,
      calls: [
        { name: 'f', input: {} },
        { name: 'calc', input: { input: '1 + "2"' } },
      ],
    },
  },
  {
    name: 'Mistral: thoughts and words in parts, then calls that come whole',
    unreadBy: ['openai-chat'],
    events: [
      chunk({
        role: 'assistant',
        content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'H' }], closed: false }],
      }),
      chunk({
        content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'm.' }], closed: true }],
      }),
      chunk({ content: 'I look.' }),
      chunk(
        {
          content: '',
          tool_calls: [call(0, 'Ab3dEf6hI', 'f', '{"a":1}'), call(1, 'Jk9mNo2qR', 'f', '{"a":2}')],
        },
        { finish_reason: 'tool_calls' },
        { usage: usage(9, 4) },
      ),
    ],
    whole: whole(
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }], closed: true },
          { type: 'text', text: 'I look.' },
        ],
        tool_calls: [
          call(undefined, 'Ab3dEf6hI', 'f', '{"a":1}'),
          call(undefined, 'Jk9mNo2qR', 'f', '{"a":2}'),
        ],
      },
      'tool_calls',
    ),
    says: {
      ...counted,
      thoughts: 'Hm.',
      text: 'I look.',
      calls: [
        { name: 'f', input: { a: 1 } },
        { name: 'f', input: { a: 2 } },
      ],
    },
  },
  {
    name: 'Azure: filtered in the middle, with what the filter found',
    events: [
      chunk({ role: 'assistant', content: 'So' }),
      chunk(
        {},
        {
          finish_reason: 'content_filter',
          content_filter_results: { violence: { filtered: true, severity: 'medium' } },
        },
      ),
      figures(9, 4),
    ],
    whole: whole({ content: 'So' }, 'content_filter'),
    says: { ...counted, text: 'So', finish: 'content-filter' },
  },
];
