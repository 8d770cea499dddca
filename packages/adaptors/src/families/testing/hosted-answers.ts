import type { Family, JsonRecord } from '@turnpike/core';

/** Whole answers in which a vendor ran a search and some code itself, in the shapes of each vendor that does. */
export const hostedAnswers: Readonly<
  Record<'anthropic' | 'gemini' | 'openai-responses', JsonRecord>
> = {
  anthropic: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [
      {
        type: 'server_tool_use',
        id: 'srvtoolu_01a',
        name: 'web_search',
        input: { query: 'bay depth' },
      },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_01a',
        content: [
          {
            type: 'web_search_result',
            url: 'https://sea.example/bay',
            title: 'The bay',
            encrypted_content: 'EuAd',
            page_age: null,
          },
        ],
      },
      {
        type: 'server_tool_use',
        id: 'srvtoolu_01b',
        name: 'bash_code_execution',
        input: { command: 'echo 7' },
      },
      {
        type: 'bash_code_execution_tool_result',
        tool_use_id: 'srvtoolu_01b',
        content: {
          type: 'bash_code_execution_result',
          stdout: '7\n',
          stderr: '',
          return_code: 0,
          content: [],
        },
      },
      {
        type: 'text',
        text: 'Seven metres deep.',
        citations: [
          {
            type: 'web_search_result_location',
            url: 'https://sea.example/bay',
            title: 'The bay',
            cited_text: 'It is 7 m deep.',
            encrypted_index: 'Eo8B',
          },
        ],
      },
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 20, output_tokens: 9, server_tool_use: { web_search_requests: 1 } },
  },
  gemini: {
    responseId: 'g1',
    modelVersion: 'gemini-3-pro',
    candidates: [
      {
        index: 0,
        content: {
          role: 'model',
          parts: [
            { executableCode: { language: 'PYTHON', code: 'print(7)' } },
            { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '7\n' } },
            { text: 'Seven metres deep.' },
          ],
        },
        finishReason: 'STOP',
        groundingMetadata: {
          webSearchQueries: ['bay depth'],
          groundingChunks: [{ web: { uri: 'https://sea.example/bay', title: 'The bay' } }],
          groundingSupports: [
            {
              segment: { startIndex: 0, endIndex: 18, text: 'Seven metres deep.' },
              groundingChunkIndices: [0],
            },
          ],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 20, candidatesTokenCount: 9, totalTokenCount: 29 },
  },
  'openai-responses': {
    id: 'resp_1',
    object: 'response',
    created_at: 1_790_000_000,
    model: 'gpt-5.2',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [
      {
        id: 'ws_1',
        type: 'web_search_call',
        status: 'completed',
        action: {
          type: 'search',
          query: 'bay depth',
          queries: ['bay depth'],
          sources: [{ type: 'url', url: 'https://sea.example/bay' }],
        },
      },
      {
        id: 'ws_2',
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'open_page', url: 'https://sea.example/bay' },
      },
      {
        id: 'ci_1',
        type: 'code_interpreter_call',
        status: 'completed',
        code: 'print(7)',
        container_id: 'cntr_1',
        outputs: [{ type: 'logs', logs: '7\n' }],
      },
      {
        id: 'mcp_1',
        type: 'mcp_call',
        status: 'completed',
        approval_request_id: null,
        server_label: 'charts',
        name: 'depth',
        arguments: '{"of":"bay"}',
        output: '7 m',
        error: null,
      },
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [
          {
            type: 'output_text',
            text: 'Seven metres deep. ([sea](https://sea.example/bay))',
            annotations: [
              {
                type: 'url_citation',
                start_index: 19,
                end_index: 51,
                url: 'https://sea.example/bay',
                title: 'The bay',
              },
            ],
            logprobs: [],
          },
        ],
      },
    ],
    usage: {
      input_tokens: 20,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 9,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 29,
    },
  },
};

/** The same as a stream, in the fewest events that its protocol allows. */
export function streamHosted(family: keyof typeof hostedAnswers & Family): string {
  const whole = hostedAnswers[family];
  switch (family) {
    case 'anthropic':
      return streamMessage(whole);
    case 'gemini':
      return `data: ${JSON.stringify(whole)}\n\n`;
    case 'openai-responses':
      return streamItems(whole);
  }
}

function streamItems(whole: JsonRecord): string {
  const output = whole['output'] as JsonRecord[];
  const events: JsonRecord[] = [
    {
      type: 'response.created',
      response: { ...whole, status: 'in_progress', output: [], usage: null },
    },
    ...output.flatMap((item, output_index) => [
      {
        type: 'response.output_item.added',
        output_index,
        item: { ...item, status: 'in_progress' },
      },
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response: whole },
  ];
  return toEvents(events.map((event, sequence_number) => ({ ...event, sequence_number })));
}

function streamMessage(whole: JsonRecord): string {
  const { content, stop_reason, stop_sequence, usage, ...rest } = whole;
  const blocks = (content as JsonRecord[]).flatMap((block, index) => [
    { type: 'content_block_start', index, content_block: emptied(block) },
    ...deltasOf(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]);
  const message = { ...rest, content: [], stop_reason: null, stop_sequence: null, usage };
  return toEvents([
    { type: 'message_start', message },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
    { type: 'message_stop' },
  ]);
}

function emptied(block: JsonRecord): JsonRecord {
  if (block['type'] === 'text') return { type: 'text', text: '', citations: [] };
  return block['type'] === 'server_tool_use' ? { ...block, input: {} } : block;
}

function deltasOf(block: JsonRecord): JsonRecord[] {
  if (block['type'] === 'server_tool_use')
    return [{ type: 'input_json_delta', partial_json: JSON.stringify(block['input']) }];
  if (block['type'] !== 'text') return [];
  const citations = (block['citations'] ?? []) as JsonRecord[];
  return [
    ...citations.map((citation) => ({ type: 'citations_delta', citation })),
    { type: 'text_delta', text: block['text'] },
  ];
}

function toEvents(events: readonly JsonRecord[]): string {
  return events
    .map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}
