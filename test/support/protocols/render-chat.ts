import { bill, type Answer, type Call } from './scene.ts';

const ends = { stop: 'stop', length: 'length', calls: 'tool_calls' } as const;

const usage = {
  prompt_tokens: bill.input,
  completion_tokens: bill.output,
  total_tokens: bill.input + bill.output,
  prompt_tokens_details: { cached_tokens: bill.cached },
  completion_tokens_details: { reasoning_tokens: bill.thoughts },
};

const head = { id: 'chatcmpl-1', created: 1_790_000_000, model: 'upstream-chat' };

export function renderChat({ thoughts, text, calls, end }: Answer): object {
  const message = {
    role: 'assistant',
    content: text ?? null,
    ...(thoughts !== undefined && { reasoning_content: thoughts }),
    ...(calls !== undefined && { tool_calls: calls.map((call) => toToolCall(call)) }),
  };
  const choices = [{ index: 0, message, finish_reason: ends[end] }];
  return { ...head, object: 'chat.completion', choices, usage };
}

/** As OpenAI streams: role first, calls piece by piece, usage in a frame of its own. */
export function streamChat({ thoughts, text, calls, end }: Answer): string[] {
  const frames: object[] = [chunk({ role: 'assistant', content: '' })];
  for (const piece of halves(thoughts)) frames.push(chunk({ reasoning_content: piece }));
  for (const piece of halves(text)) frames.push(chunk({ content: piece }));
  calls?.forEach((call, index) => {
    const started = { ...toToolCall(call, ''), index };
    frames.push(chunk({ tool_calls: [started] }));
    for (const piece of halves(JSON.stringify(call.input)))
      frames.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
  });
  frames.push(chunk({}, ends[end]));
  frames.push({ ...head, object: 'chat.completion.chunk', choices: [], usage });
  return [...frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`), 'data: [DONE]\n\n'];
}

function chunk(delta: object, finish: string | null = null): object {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { ...head, object: 'chat.completion.chunk', choices };
}

function toToolCall({ id, name, input }: Call, text = JSON.stringify(input)): object {
  return { id, type: 'function', function: { name, arguments: text } };
}

/** Two pieces, so that something is left to be put together. */
export function halves(text: string | undefined): string[] {
  if (text === undefined) return [];
  const points = Array.from(text);
  const middle = Math.ceil(points.length / 2);
  return [points.slice(0, middle).join(''), points.slice(middle).join('')];
}
