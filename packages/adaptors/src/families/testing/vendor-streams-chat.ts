import type { VendorStream } from './vendor-stream.ts';

const head = { id: 'c1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'm' };
const chunk = (delta: object | null, more: object = {}, rest: object = {}): object => ({
  ...head,
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
  ...rest,
});
const end = (reason: string, rest: object = {}): object =>
  chunk({}, { finish_reason: reason }, rest);
const usage = (prompt: number, completion: number, more: object = {}): object => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
});
const figures = (prompt: number, completion: number, more: object = {}): object => ({
  ...head,
  choices: [],
  usage: usage(prompt, completion, more),
});
const call = (index: number | undefined, id: string, name: string, args: string): object => ({
  ...(index !== undefined && { index }),
  id,
  type: 'function',
  function: { name, arguments: args },
});
const safe = { hate: { filtered: false, severity: 'safe' } };

/** Streams of chat as their vendors send them, shortened: what each does that OpenAI does not, or does rarely. */
export const chatStreams: readonly VendorStream[] = [
  {
    name: 'Azure: filter results first, without choices',
    events: [
      {
        choices: [],
        created: 0,
        id: '',
        model: '',
        object: '',
        prompt_filter_results: [{ prompt_index: 0, content_filter_results: safe }],
      },
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hi' }, { content_filter_results: safe }),
      chunk({}, { finish_reason: 'stop', content_filter_results: {} }),
      figures(9, 2),
    ],
    says: { text: 'Hi', input: 9, output: 2 },
  },
  {
    name: 'Azure: asynchronous filter, offsets without a delta',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      chunk(null, {
        content_filter_offsets: { check_offset: 4, start_offset: 4, end_offset: 8 },
        content_filter_results: safe,
      }),
      end('content_filter'),
    ],
    says: { text: 'Hi', finish: 'content-filter' },
  },
  {
    name: 'OpenAI: obfuscation, log probabilities, a tier',
    events: [
      chunk({ role: 'assistant', content: '' }, {}, { service_tier: 'default', obfuscation: 'x' }),
      chunk(
        { content: 'Hi' },
        {
          logprobs: { content: [{ token: 'Hi', logprob: -0.1, bytes: [72, 105] }], refusal: null },
        },
        { obfuscation: 'abc' },
      ),
      end('stop'),
      figures(9, 2),
    ],
    says: { text: 'Hi', input: 9, output: 2 },
  },
  {
    name: 'OpenAI: a refusal',
    events: [
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ refusal: 'I cannot ' }),
      chunk({ refusal: 'help.' }),
      end('stop'),
    ],
    says: { text: 'I cannot help.', finish: 'refusal' },
  },
  {
    name: 'OpenAI: sources of a search',
    events: [
      chunk({ role: 'assistant', content: 'So it is.' }),
      chunk({
        annotations: [
          {
            type: 'url_citation',
            url_citation: { start_index: 0, end_index: 5, url: 'https://a.example', title: 'A' },
          },
        ],
      }),
      end('stop'),
    ],
    says: { text: 'So it is.', sources: ['https://a.example'] },
  },
  {
    name: 'DeepSeek: thoughts, hits of the cache',
    events: [
      chunk({ role: 'assistant', content: null, reasoning_content: '' }),
      chunk({ content: null, reasoning_content: 'Hm.' }),
      chunk({ content: 'Yes', reasoning_content: null }),
      end('stop', {
        usage: usage(10, 5, {
          prompt_cache_hit_tokens: 4,
          prompt_cache_miss_tokens: 6,
          completion_tokens_details: { reasoning_tokens: 3 },
        }),
      }),
    ],
    says: { text: 'Yes', thoughts: 'Hm.', input: 10, cached: 4, output: 5 },
  },
  {
    name: 'DeepSeek: out of capacity in the middle',
    events: [chunk({ role: 'assistant', content: 'Ye' }), end('insufficient_system_resource')],
    says: { fails: 503, failsTranslatedOnly: true },
  },
  {
    name: 'Qwen: figures behind the finish, names again and again as nothing',
    events: [
      chunk({ role: 'assistant', content: null, reasoning_content: 'Hm.' }),
      chunk({ content: '', tool_calls: [call(0, 'call_1', 'f', '')] }),
      chunk({
        content: '',
        tool_calls: [
          { index: 0, id: '', type: 'function', function: { name: null, arguments: '{"a":1}' } },
        ],
      }),
      end('tool_calls'),
      figures(8, 6, { prompt_tokens_details: { cached_tokens: 0 } }),
    ],
    says: { thoughts: 'Hm.', calls: [{ name: 'f', input: { a: 1 } }], input: 8, output: 6 },
  },
  {
    name: 'Zhipu: a search beside the answer, figures in the finish, filtered',
    events: [
      chunk({ role: 'assistant', reasoning_content: 'Hm.' }),
      chunk(
        { role: 'assistant', content: 'Hi' },
        {},
        { web_search: [{ link: 'https://a.example' }] },
      ),
      end('sensitive', { usage: usage(7, 3) }),
    ],
    says: { text: 'Hi', thoughts: 'Hm.', finish: 'content-filter', input: 7, output: 3 },
  },
  {
    name: 'Groq: its own place for figures, thoughts as `reasoning`',
    events: [
      chunk({ role: 'assistant', content: '' }, {}, { x_groq: { id: 'req_1' } }),
      chunk({ reasoning: 'Hm.', channel: 'analysis' }),
      chunk({ content: 'Hi' }),
      end('stop', { x_groq: { id: 'req_1', usage: usage(11, 4, { queue_time: 0.1 }) } }),
    ],
    says: { text: 'Hi', thoughts: 'Hm.', input: 11, output: 4 },
  },
  {
    name: 'Groq: an error in its own place',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      { ...head, choices: [], x_groq: { id: 'r', error: 'over capacity' } },
    ],
    says: { fails: 500 },
  },
  {
    name: 'OpenRouter: comments, the provider, thoughts twice',
    lead: ': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n',
    events: [
      chunk(
        {
          role: 'assistant',
          content: '',
          reasoning: 'Hm.',
          reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', format: 'unknown', index: 0 }],
        },
        { native_finish_reason: null, logprobs: null },
        { provider: 'DeepInfra' },
      ),
      chunk({ role: 'assistant', content: 'Hi' }),
      chunk(
        { role: 'assistant', content: '' },
        { finish_reason: 'stop', native_finish_reason: 'eos' },
      ),
      figures(5, 6, {
        cost: 0.001,
        is_byok: false,
        cost_details: { upstream_inference_cost: null },
      }),
    ],
    says: { text: 'Hi', thoughts: 'Hm.', input: 5, output: 6 },
  },
  {
    name: 'OpenRouter: an error beside choices',
    events: [
      chunk({ role: 'assistant', content: 'Hi' }),
      chunk({ content: '' }, { finish_reason: 'error' }, { error: { code: 502, message: 'gone' } }),
    ],
    says: { fails: 502 },
  },
  {
    name: 'Perplexity: the answer so far beside each piece, sources beside that',
    events: [
      chunk(
        { role: 'assistant', content: 'So ' },
        { message: { role: 'assistant', content: 'So ' } },
        { citations: ['https://a.example'], usage: usage(4, 1) },
      ),
      chunk(
        { content: 'it is.[1]' },
        { message: { role: 'assistant', content: 'So it is.[1]' }, finish_reason: 'stop' },
        {
          citations: ['https://a.example'],
          search_results: [{ title: 'A', url: 'https://a.example', date: null }],
          usage: usage(4, 5, { search_context_size: 'low', num_search_queries: 1 }),
        },
      ),
    ],
    says: { text: 'So it is.[1]', input: 4, output: 5 },
  },
  {
    name: 'Mistral: parts, a reference among them',
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
