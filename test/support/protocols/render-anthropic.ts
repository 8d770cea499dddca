import { halves } from './render-chat.ts';
import { bill, type Answer } from './scene.ts';

const ends = { stop: 'end_turn', length: 'max_tokens', calls: 'tool_use' } as const;

const inputUsage = {
  input_tokens: bill.input - bill.cached,
  cache_read_input_tokens: bill.cached,
  cache_creation_input_tokens: 0,
};
const outputUsage = {
  output_tokens: bill.output,
  output_tokens_details: { thinking_tokens: bill.thoughts },
};

const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'upstream-claude' };

/** A signature as only Anthropic could have made it. */
export const signature = 'EqQBCgIYAhIkc2lnbmVkLWJ5LWFudGhyb3BpYw==';

export function renderAnthropic(answer: Answer): object {
  return {
    ...head,
    content: blocksOf(answer),
    stop_reason: ends[answer.end],
    stop_sequence: null,
    usage: { ...inputUsage, ...outputUsage },
  };
}

interface AnthropicEvent {
  type: string;
  [key: string]: unknown;
}

function blocksOf({ thoughts, text, calls }: Answer): object[] {
  return [
    ...(thoughts === undefined ? [] : [{ type: 'thinking', thinking: thoughts, signature }]),
    ...(text === undefined ? [] : [{ type: 'text', text }]),
    ...(calls ?? []).map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
  ];
}

/** The events of a streamed message, as every host of Claude sends them. */
export function anthropicEvents({ thoughts, text, calls, end }: Answer): AnthropicEvent[] {
  const start = { ...head, content: [], stop_reason: null, stop_sequence: null };
  const events: AnthropicEvent[] = [
    { type: 'message_start', message: { ...start, usage: { ...inputUsage, output_tokens: 1 } } },
    { type: 'ping' },
  ];
  let index = 0;
  const addBlock = (content_block: object, deltas: readonly object[]): void => {
    events.push({ type: 'content_block_start', index, content_block });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
    index += 1;
  };
  if (thoughts !== undefined)
    addBlock({ type: 'thinking', thinking: '', signature: '' }, [
      ...halves(thoughts).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature },
    ]);
  if (text !== undefined)
    addBlock(
      { type: 'text', text: '' },
      halves(text).map((piece) => ({ type: 'text_delta', text: piece })),
    );
  for (const { id, name, input } of calls ?? [])
    addBlock(
      { type: 'tool_use', id, name, input: {} },
      halves(JSON.stringify(input)).map((partial_json) => ({
        type: 'input_json_delta',
        partial_json,
      })),
    );
  const delta = { stop_reason: ends[end], stop_sequence: null };
  events.push({ type: 'message_delta', delta, usage: outputUsage }, { type: 'message_stop' });
  return events;
}

export function streamAnthropic(answer: Answer): string[] {
  return anthropicEvents(answer).map(
    (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  );
}
