import type { TextAnswer } from './simulator-chat.ts';
import type { SimulatorInput } from './simulator-request.ts';
import type { StreamScript } from './simulator-stream.ts';

/** The Responses API: a whole response. */
export function encodeResponse(input: SimulatorInput, answer: TextAnswer): object {
  const text = answer.words.join('');
  return responseObject(input, answer, 'completed', [messageItem('completed', text)]);
}

function responseObject(
  input: SimulatorInput,
  { usage }: TextAnswer,
  status: 'in_progress' | 'completed',
  output: object[],
): object {
  return {
    id: 'resp_simulated',
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model: input.model,
    output,
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    metadata: {},
    usage:
      status === 'completed'
        ? {
            input_tokens: usage.promptTokens,
            input_tokens_details: { cached_tokens: usage.cachedTokens },
            output_tokens: usage.completionTokens,
            output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
            total_tokens: usage.promptTokens + usage.completionTokens,
          }
        : null,
  };
}

const itemId = 'msg_simulated';

function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function messageItem(status: string, text: string | undefined): object {
  const content = text === undefined ? [] : [textPart(text)];
  return { id: itemId, type: 'message', status, role: 'assistant', content };
}

/** The Responses API: typed events. */
export function scriptResponseStream(input: SimulatorInput, answer: TextAnswer): StreamScript {
  let sequence = 0;
  const event = (type: string, members: object): string => {
    const payload = JSON.stringify({ type, sequence_number: sequence, ...members });
    sequence += 1;
    return `event: ${type}\ndata: ${payload}`;
  };
  const text = answer.words.join('');
  const place = { item_id: itemId, output_index: 0, content_index: 0 };
  const delta = (part: string): string =>
    event('response.output_text.delta', { ...place, delta: part, logprobs: [] });
  const started = responseObject(input, answer, 'in_progress', []);
  return {
    head: [
      event('response.created', { response: started }),
      event('response.in_progress', { response: started }),
      event('response.output_item.added', {
        output_index: 0,
        item: messageItem('in_progress', undefined),
      }),
      event('response.content_part.added', { ...place, part: textPart('') }),
    ],
    content: answer.words.map((word) => [delta(word)]),
    huge: delta,
    finish: [
      event('response.output_text.done', { ...place, text, logprobs: [] }),
      event('response.content_part.done', { ...place, part: textPart(text) }),
      event('response.output_item.done', {
        output_index: 0,
        item: messageItem('completed', text),
      }),
    ],
    usage: [event('response.completed', { response: encodeResponse(input, answer) })],
    done: '',
  };
}
