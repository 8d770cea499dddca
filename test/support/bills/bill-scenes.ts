/** What an upstream reports in a vendor's own words, and what that costs by the prices below. */
export interface BillScene {
  title: string;
  model: string;
  channelType: number;
  /** What the channel speaks, where its type leaves that open. */
  family?: 'openai-chat' | 'openai-responses';
  /** Doors at which it is asked, the vendor's own first. */
  doors: readonly DoorName[];
  whole: object;
  /** Payloads of the events of a stream. */
  events: readonly object[];
  /** Quota units, computed by hand. */
  quota: number;
}

export type DoorName = 'chat' | 'responses' | 'messages' | 'gemini';

/** Prices in One API's words: 1 is a unit for each token of input. */
export const billPrices: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ModelRatio: {
    'bill-claude': 1.5,
    'bill-advisor': 2.5,
    'bill-gpt': 1,
    'bill-audio': 1.25,
    'bill-sonar': 0.5,
  },
  CompletionRatio: {
    'bill-claude': 5,
    'bill-advisor': 5,
    'bill-gpt': 4,
    'bill-audio': 4,
    'bill-sonar': 1,
  },
  CacheRatio: { 'bill-claude': 0.1, 'bill-gpt': 0.5, 'bill-audio': 0.5 },
  CacheWriteRatio: { 'bill-claude': 1.25 },
  CacheWriteHourRatio: { 'bill-claude': 2 },
  ReasoningRatio: { 'bill-gpt': 2 },
  AudioRatio: { 'bill-audio': 16 },
  AudioCompletionRatio: { 'bill-audio': 2 },
  // Dollars for one; a dollar is 500 000 units.
  WebSearchPrice: { 'bill-claude': 0.01, 'bill-gpt': 0.01, 'bill-sonar': 0.005 },
};

const claudeUsage = {
  input_tokens: 100,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 900,
  cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 400 },
  output_tokens: 200,
  output_tokens_details: { thinking_tokens: 50 },
  server_tool_use: { web_search_requests: 2, web_fetch_requests: 5 },
};
const claudeSteps = [
  {
    type: 'message',
    input_tokens: 100,
    cache_read_input_tokens: 2000,
    cache_creation_input_tokens: 900,
    cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 400 },
    output_tokens: 200,
  },
  {
    type: 'advisor_message',
    model: 'bill-advisor',
    input_tokens: 300,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
    output_tokens: 40,
  },
];
const claudeMessage = {
  id: 'msg_bill',
  type: 'message',
  role: 'assistant',
  model: 'bill-claude',
  stop_sequence: null,
};

const claude: BillScene = {
  title: 'cache writes for an hour, searches of the web and an advisor (Anthropic)',
  model: 'bill-claude',
  channelType: 14,
  doors: ['messages', 'chat', 'responses', 'gemini'],
  whole: {
    ...claudeMessage,
    content: [{ type: 'text', text: 'Paid.' }],
    stop_reason: 'end_turn',
    usage: { ...claudeUsage, iterations: claudeSteps },
  },
  events: [
    {
      type: 'message_start',
      message: {
        ...claudeMessage,
        content: [],
        stop_reason: null,
        usage: { ...claudeUsage, output_tokens: 1, server_tool_use: null },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Paid.' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { ...claudeUsage, iterations: claudeSteps },
    },
    { type: 'message_stop' },
  ],
  // 100 × 1.5 + 2 000 × 0.15 + 500 × 1.875 + 400 × 3 + 200 × 7.5 + 2 × 5 000 = 14 087.5;
  // the advisor: 300 × 2.5 + 40 × 12.5 = 1 250; together 15 337.5, rounded up.
  quota: 15_338,
};

const geminiUsage = {
  promptTokenCount: 250_000,
  cachedContentTokenCount: 50_000,
  toolUsePromptTokenCount: 1000,
  candidatesTokenCount: 1000,
  thoughtsTokenCount: 500,
  totalTokenCount: 252_500,
};
const geminiPart = (finishReason?: string): object => ({
  content: { role: 'model', parts: [{ text: 'Paid.' }] },
  index: 0,
  ...(finishReason !== undefined && { finishReason }),
});

const gemini: BillScene = {
  title: 'a prompt so long that all of it is dearer, cached and used by tools (Gemini)',
  model: 'gemini-2.5-pro',
  channelType: 24,
  doors: ['gemini', 'chat', 'messages', 'responses'],
  whole: { candidates: [geminiPart('STOP')], usageMetadata: geminiUsage },
  events: [
    {
      candidates: [geminiPart()],
      usageMetadata: { promptTokenCount: 250_000, totalTokenCount: 250_000 },
    },
    { candidates: [geminiPart('STOP')], usageMetadata: geminiUsage },
  ],
  // Above 200 000 tokens: $2.50, cached $0.25, output $15 a million; half as many units a token.
  // 201 000 × 1.25 + 50 000 × 0.125 + 1 500 × 7.5
  quota: 268_750,
};

const gptOutput = [
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: search('one') },
  { type: 'web_search_call', id: 'ws_2', status: 'completed', action: search('two') },
  {
    type: 'web_search_call',
    id: 'ws_3',
    status: 'completed',
    action: { type: 'open_page', url: 'https://a.example/' },
  },
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Paid.', annotations: [], logprobs: [] }],
  },
];
const gptResponse = {
  id: 'resp_bill',
  object: 'response',
  created_at: 1_790_000_000,
  model: 'bill-gpt',
  error: null,
  incomplete_details: null,
  parallel_tool_calls: true,
  tool_choice: 'auto',
  tools: [],
};
const gptWhole = {
  ...gptResponse,
  status: 'completed',
  output: gptOutput,
  usage: {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 400 },
    output_tokens: 300,
    output_tokens_details: { reasoning_tokens: 100 },
    total_tokens: 1300,
  },
};

const gpt: BillScene = {
  title: 'searches of the web, cached input and reasoning (Responses)',
  model: 'bill-gpt',
  channelType: 1,
  family: 'openai-responses',
  doors: ['responses', 'chat', 'messages', 'gemini'],
  whole: gptWhole,
  events: [
    { type: 'response.created', response: { ...gptResponse, status: 'in_progress', output: [] } },
    ...gptOutput.slice(0, 3).flatMap((item, index) => [
      { type: 'response.output_item.added', output_index: index, item },
      { type: 'response.output_item.done', output_index: index, item },
    ]),
    {
      type: 'response.output_item.added',
      output_index: 3,
      item: { ...gptOutput[3], status: 'in_progress', content: [] },
    },
    {
      type: 'response.content_part.added',
      output_index: 3,
      content_index: 0,
      item_id: 'msg_1',
      part: { type: 'output_text', text: '', annotations: [] },
    },
    {
      type: 'response.output_text.delta',
      output_index: 3,
      content_index: 0,
      item_id: 'msg_1',
      delta: 'Paid.',
    },
    { type: 'response.output_item.done', output_index: 3, item: gptOutput[3] },
    { type: 'response.completed', response: gptWhole },
  ],
  // 600 × 1 + 400 × 0.5 + 200 × 4 + 100 × 8 + 2 × 5 000: to open a page is no search.
  quota: 12_400,
};

const audioUsage = {
  prompt_tokens: 120,
  completion_tokens: 80,
  total_tokens: 200,
  prompt_tokens_details: { audio_tokens: 50, cached_tokens: 20 },
  completion_tokens_details: { audio_tokens: 60, reasoning_tokens: 0 },
};

const audio: BillScene = {
  title: 'audio heard and spoken (chat)',
  model: 'bill-audio',
  channelType: 50,
  family: 'openai-chat',
  doors: ['chat', 'messages', 'gemini', 'responses'],
  ...chatAnswer('bill-audio', audioUsage),
  // 50 × 1.25 + 20 × 0.625 + 50 × 20 + 20 × 5 + 60 × 40
  quota: 3575,
};

const sonarUsage = {
  prompt_tokens: 40,
  completion_tokens: 20,
  total_tokens: 60,
  num_search_queries: 3,
};

const sonar: BillScene = {
  title: 'searches that a chat vendor counts in its usage (Perplexity)',
  model: 'bill-sonar',
  channelType: 50,
  family: 'openai-chat',
  doors: ['chat', 'responses', 'messages', 'gemini'],
  ...chatAnswer('bill-sonar', sonarUsage),
  // 40 × 0.5 + 20 × 0.5 + 3 × 2 500
  quota: 7530,
};

export const billScenes: readonly BillScene[] = [claude, gemini, gpt, audio, sonar];

function search(query: string): object {
  return { type: 'search', query };
}

function chatAnswer(model: string, usage: object): Pick<BillScene, 'whole' | 'events'> {
  const common = { id: 'chatcmpl-bill', created: 1_790_000_000, model };
  const chunk = (choices: object[], more: object = {}): object => ({
    ...common,
    object: 'chat.completion.chunk',
    choices,
    ...more,
  });
  return {
    whole: {
      ...common,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Paid.' }, finish_reason: 'stop' },
      ],
      usage,
    },
    events: [
      chunk([{ index: 0, delta: { role: 'assistant', content: 'Paid.' }, finish_reason: null }]),
      chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
      chunk([], { usage }),
    ],
  };
}
