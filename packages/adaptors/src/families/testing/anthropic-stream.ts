import type { VendorStream } from './vendor-stream.ts';

/** The figures of every stream that is made here. */
export const counted = { input: 30, cached: 5, output: 12 };
const opening = {
  input_tokens: 20,
  cache_creation_input_tokens: 5,
  cache_read_input_tokens: 5,
  cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  service_tier: 'standard',
  inference_geo: 'global',
};
const message = {
  id: 'msg_t',
  type: 'message',
  role: 'assistant',
  model: 'claude-opus-4-6',
};

export const messageStart = {
  type: 'message_start',
  message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage: opening },
};

export type Block = Readonly<Record<string, unknown>> & { type: string };

/** How the API streams a block: what grows comes in deltas. */
function blockEvents(block: Block, index: number): object[] {
  const start = (content_block: object): object => ({
    type: 'content_block_start',
    index,
    content_block,
  });
  const delta = (change: object): object => ({
    type: 'content_block_delta',
    index,
    delta: change,
  });
  const stop = { type: 'content_block_stop', index };
  if (block.type === 'text') {
    const { text, citations } = block as { text?: string; citations?: object[] };
    return [
      start({ type: 'text', text: '', ...(citations !== undefined && { citations: [] }) }),
      ...(citations ?? []).map((citation) => delta({ type: 'citations_delta', citation })),
      delta({ type: 'text_delta', text }),
      stop,
    ];
  }
  if (block.type === 'thinking')
    return [
      start({ type: 'thinking', thinking: '', signature: '' }),
      delta({ type: 'thinking_delta', thinking: block['thinking'] }),
      delta({ type: 'signature_delta', signature: block['signature'] }),
      stop,
    ];
  if (block.type === 'compaction')
    return [
      start({ type: 'compaction', content: null }),
      delta({ type: 'compaction_delta', content: block['content'] }),
      stop,
    ];
  if (block.type.endsWith('tool_use')) {
    const json = JSON.stringify(block['input']);
    const half = Math.ceil(json.length / 2);
    return [
      start({ ...block, input: {} }),
      delta({ type: 'input_json_delta', partial_json: '' }),
      delta({ type: 'input_json_delta', partial_json: json.slice(0, half) }),
      delta({ type: 'input_json_delta', partial_json: json.slice(half) }),
      stop,
    ];
  }
  return [start(block), stop];
}

/** A streamed message, and the same one whole. */
export function anthropicStream(
  name: string,
  content: readonly Block[],
  says: VendorStream['says'],
  {
    stop = 'end_turn',
    more = {},
    beside = {},
    usage = { output_tokens: 12 },
  }: { stop?: string; more?: object; beside?: object; usage?: object } = {},
): VendorStream {
  const end = { stop_reason: stop, stop_sequence: null };
  return {
    name,
    events: [
      messageStart,
      { type: 'ping' },
      ...content.flatMap(blockEvents),
      {
        type: 'message_delta',
        delta: { ...end, ...more },
        usage,
        ...beside,
      },
      { type: 'message_stop' },
    ],
    whole: {
      ...message,
      content,
      ...end,
      ...more,
      ...beside,
      usage: { ...opening, ...usage },
    },
    says: { ...counted, ...says },
  };
}
