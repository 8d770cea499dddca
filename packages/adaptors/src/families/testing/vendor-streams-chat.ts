import { call, chunk, end, figures, head, usage } from './chat-chunks.ts';
import type { VendorStream } from './vendor-stream.ts';

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
    unreadBy: ['openai-chat'],
    events: [chunk({ role: 'assistant', content: 'Ye' }), end('insufficient_system_resource')],
    says: { fails: 503 },
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
    says: {
      text: 'Hi',
      thoughts: 'Hm.',
      finish: 'content-filter',
      input: 7,
      output: 3,
      sources: ['https://a.example'],
    },
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
    says: { text: 'So it is.[1]', sources: ['https://a.example'], input: 4, output: 5 },
  },
];
