import { call, chunk, end, figures, head, usage } from './chat-chunks.ts';
import type { VendorStream } from './vendor-stream.ts';

/** Further vendors of chat, and servers that people run themselves. */
export const chatServerStreams: readonly VendorStream[] = [
  {
    name: 'Mistral: parts, a reference among them',
    unreadBy: ['openai-chat'],
    events: [
      chunk({
        role: 'assistant',
        content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }],
      }),
      chunk({
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'reference', reference_ids: [1] },
        ],
      }),
      chunk({ content: '!' }, { finish_reason: 'stop' }, { usage: usage(3, 4) }),
    ],
    says: { text: 'Hi!', thoughts: 'Hm.', input: 3, output: 4 },
  },
  {
    name: 'Mistral: the context is full',
    events: [chunk({ role: 'assistant', content: 'Hi' }), end('model_length')],
    says: { text: 'Hi', finish: 'context-window' },
  },
  {
    name: 'llama.cpp: timings, no time of its own for figures',
    events: [
      chunk({ role: 'assistant', content: null }),
      chunk({ content: 'Hi' }),
      end('stop', {
        usage: usage(12, 2),
        timings: { prompt_n: 12, prompt_ms: 9.1, predicted_n: 2, predicted_per_second: 80.1 },
      }),
    ],
    says: { text: 'Hi', input: 12, output: 2 },
  },
  {
    name: 'vLLM: thoughts, ids of tokens, a stop that is a number',
    events: [
      chunk({ role: 'assistant', content: '' }, { logprobs: null }, { prompt_token_ids: null }),
      chunk({ reasoning: 'Hm.', reasoning_content: 'Hm.' }, { token_ids: null }),
      chunk({ content: 'Hi' }),
      chunk({ content: '' }, { finish_reason: 'stop', stop_reason: 151_645, token_ids: null }),
      figures(6, 3, { prompt_tokens_details: null }),
    ],
    says: { text: 'Hi', thoughts: 'Hm.', input: 6, output: 3 },
  },
  {
    name: 'vLLM: an error as an object of its own',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      {
        object: 'error',
        message: 'out of memory',
        type: 'InternalServerError',
        param: null,
        code: 500,
      },
    ],
    says: { fails: 500 },
  },
  {
    name: 'Together: ids of tokens, nothing as calls, `eos`',
    events: [
      chunk(
        { token_id: 1, role: 'assistant', content: 'Hi', tool_calls: null },
        { text: 'Hi', seed: null },
      ),
      chunk(
        { token_id: 2, role: 'assistant', content: '', tool_calls: null },
        { finish_reason: 'eos', text: '' },
        { usage: usage(3, 2, { cached_tokens: 1 }) },
      ),
    ],
    says: { text: 'Hi', input: 3, cached: 1, output: 2 },
  },
  {
    name: 'Gemini’s compatible door: all calls under one index, signed, figures in each chunk',
    events: [
      chunk(
        {
          role: 'assistant',
          tool_calls: [
            {
              ...call(0, 'call_a', 'f', '{"a":1}'),
              extra_content: { google: { thought_signature: 'S' } },
            },
          ],
        },
        {},
        { usage: usage(5, 3) },
      ),
      chunk(
        { role: 'assistant', tool_calls: [call(0, 'call_b', 'g', '{}')] },
        { finish_reason: 'stop' },
        { usage: usage(5, 6) },
      ),
    ],
    says: {
      calls: [
        { name: 'f', input: { a: 1 } },
        { name: 'g', input: {} },
      ],
      input: 5,
      output: 6,
    },
  },
  {
    name: 'MiniMax: the whole answer once more at the end',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      end('stop'),
      {
        ...head,
        object: 'chat.completion',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
        ],
        usage: usage(4, 2),
        base_resp: { status_code: 0, status_msg: '' },
      },
    ],
    says: { text: 'Hi', input: 4, output: 2 },
  },
  {
    name: 'MiniMax: a code of its own',
    events: [
      { ...head, choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } },
    ],
    says: { fails: 500 },
  },
  {
    name: 'Moonshot: figures inside the choice',
    events: [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }),
      chunk({}, { finish_reason: 'stop', usage: usage(9, 3, { cached_tokens: 2 }) }),
    ],
    says: { text: 'Hi', input: 9, cached: 2, output: 3 },
  },
  {
    name: 'LiteLLM: Anthropic’s blocks, and its own fields',
    events: [
      chunk({
        role: 'assistant',
        content: '',
        reasoning_content: 'Hm.',
        thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: null }],
        provider_specific_fields: { citation: null },
      }),
      chunk({ content: 'Hi', audio: null, function_call: null, tool_calls: null }),
      end('stop'),
      figures(8, 4, { cache_read_input_tokens: 0, cache_creation_input_tokens: 0 }),
    ],
    says: { text: 'Hi', thoughts: 'Hm.', input: 8, output: 4 },
  },
  {
    name: 'pictures that an answer brings',
    events: [
      chunk({ role: 'assistant', content: 'Here.' }),
      chunk({
        images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aWk=' }, index: 0 }],
      }),
      end('stop'),
    ],
    says: { text: 'Here.', pictures: ['aWk='] },
  },
  {
    name: 'no finish and no figures, but the marker',
    events: [chunk({ role: 'assistant', content: 'Hi' })],
    says: { text: 'Hi' },
  },
  {
    name: 'no marker behind the finish, carriage returns, no spaces',
    form: 'crlf',
    terminal: '',
    events: [chunk({ role: 'assistant', content: 'Straße 🛣️' }), end('stop')],
    says: { text: 'Straße 🛣️' },
  },
  {
    name: 'an error as mere text',
    events: [chunk({ role: 'assistant', content: 'Hi' }), { error: 'engine overheated' }],
    says: { fails: 500 },
  },
  {
    name: 'an error with a number for a code',
    events: [{ code: 20_012, message: 'Model does not exist.', data: null }],
    says: { fails: 500 },
  },
];
