import { halves } from './render-chat.ts';
import { bill, type Answer } from './scene.ts';

const usage = {
  input_tokens: bill.input,
  input_tokens_details: { cached_tokens: bill.cached },
  output_tokens: bill.output,
  output_tokens_details: { reasoning_tokens: bill.thoughts },
  total_tokens: bill.input + bill.output,
};

const head = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_790_000_000,
  model: 'upstream-responses',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  // As of a channel that may keep nothing.
  store: false,
  tool_choice: 'auto',
  tools: [],
  temperature: 1,
  top_p: 1,
};

/** Encrypted thoughts as only OpenAI could have made them. */
export const encryptedContent = 'gAAAAABencrypted-by-openai';

export function renderResponses(answer: Answer): object {
  return finalResponse(answer, itemsOf(answer));
}

function finalResponse({ end }: Answer, output: readonly object[]): object {
  const isCut = end === 'length';
  return {
    ...head,
    status: isCut ? 'incomplete' : 'completed',
    ...(isCut && { incomplete_details: { reason: 'max_output_tokens' } }),
    output,
    usage,
  };
}

function itemsOf({ thoughts, text, calls }: Answer): Record<string, unknown>[] {
  return [
    ...(thoughts === undefined
      ? []
      : [
          {
            id: 'rs_1',
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: thoughts }],
            encrypted_content: encryptedContent,
          },
        ]),
    ...(text === undefined
      ? []
      : [
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ]),
    ...(calls ?? []).map(({ id, name, input }) => ({
      id: `fc_${id}`,
      type: 'function_call',
      status: 'completed',
      call_id: id,
      name,
      arguments: JSON.stringify(input),
    })),
  ];
}

export function streamResponses(answer: Answer): string[] {
  const items = itemsOf(answer);
  const started = { ...head, status: 'in_progress', output: [], usage: null };
  const events: { type: string; [key: string]: unknown }[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
  ];
  items.forEach((item, output_index) => {
    events.push(...streamItem(item, output_index));
  });
  const isCut = answer.end === 'length';
  events.push({
    type: isCut ? 'response.incomplete' : 'response.completed',
    response: finalResponse(answer, items),
  });
  return events.map(
    (event, sequence_number) =>
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
  );
}

function streamItem(
  item: Record<string, unknown>,
  output_index: number,
): { type: string; [key: string]: unknown }[] {
  const place = { output_index, item_id: item['id'] };
  const added = (start: object): { type: string } => ({
    type: 'response.output_item.added',
    ...place,
    ...{ item: { ...item, ...start } },
  });
  const done = { type: 'response.output_item.done', ...place, item };
  switch (item['type']) {
    case 'reasoning': {
      const [{ text }] = item['summary'] as [{ text: string }];
      const at = { ...place, summary_index: 0 };
      return [
        added({ summary: [], encrypted_content: '' }),
        {
          type: 'response.reasoning_summary_part.added',
          ...at,
          part: { type: 'summary_text', text: '' },
        },
        ...halves(text).map((delta) => ({
          type: 'response.reasoning_summary_text.delta',
          ...at,
          delta,
        })),
        { type: 'response.reasoning_summary_text.done', ...at, text },
        {
          type: 'response.reasoning_summary_part.done',
          ...at,
          part: { type: 'summary_text', text },
        },
        done,
      ];
    }
    case 'message': {
      const [part] = item['content'] as [{ text: string }];
      const at = { ...place, content_index: 0 };
      return [
        added({ status: 'in_progress', content: [] }),
        { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
        ...halves(part.text).map((delta) => ({
          type: 'response.output_text.delta',
          ...at,
          delta,
        })),
        { type: 'response.output_text.done', ...at, text: part.text },
        { type: 'response.content_part.done', ...at, part },
        done,
      ];
    }
    default: {
      const text = item['arguments'] as string;
      return [
        added({ status: 'in_progress', arguments: '' }),
        ...halves(text).map((delta) => ({
          type: 'response.function_call_arguments.delta',
          ...place,
          delta,
        })),
        { type: 'response.function_call_arguments.done', ...place, arguments: text },
        done,
      ];
    }
  }
}
