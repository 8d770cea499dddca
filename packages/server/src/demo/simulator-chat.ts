import type { SimulatorInput } from './simulator-request.ts';
import type { SimulatedUsage } from './simulator-record.ts';
import type { StreamScript } from './simulator-stream.ts';
import { countTokens, wordsOfAnswer } from './simulator-words.ts';

/** An answer with its parts still apart, so that it can be sent whole or as a stream. */
export interface TextAnswer {
  words: readonly string[];
  usage: SimulatedUsage;
  finishReason: 'stop' | 'length' | 'tool_calls';
  toolCall: { id: string; name: string; arguments: string } | undefined;
}

/** Decides what a text request is answered: its words, or a call of the first tool offered. */
export function planTextAnswer(input: SimulatorInput): TextAnswer {
  const { body, behaviour } = input;
  const limit = limitOf(body);
  const toolCall = planToolCall(body);
  const wanted = toolCall === undefined ? behaviour.chunks : 0;
  const shown = Math.max(0, Math.min(wanted, limit - behaviour.reasoning));
  const alphabet = behaviour.utf8 === '' ? 'ascii' : 'multi-byte';
  const words = wordsOfAnswer(shown, alphabet);
  const toolTokens = toolCall === undefined ? 0 : 4 + countTokens(toolCall.arguments);
  const choices = typeof body['n'] === 'number' ? body['n'] : 1;
  const reasoning = Math.min(behaviour.reasoning, limit);
  return {
    words,
    toolCall,
    finishReason: finishReasonOf(toolCall !== undefined, shown < wanted),
    usage: {
      promptTokens: countPrompt(body),
      cachedTokens: behaviour.cached,
      reasoningTokens: reasoning,
      completionTokens: (words.length + toolTokens) * choices + reasoning,
    },
  };
}

function finishReasonOf(isToolCall: boolean, isCutShort: boolean): TextAnswer['finishReason'] {
  if (isToolCall) return 'tool_calls';
  return isCutShort ? 'length' : 'stop';
}

function limitOf(body: SimulatorInput['body']): number {
  for (const name of ['max_completion_tokens', 'max_tokens', 'max_output_tokens']) {
    const value = body[name];
    if (typeof value === 'number') return value;
  }
  return Number.MAX_SAFE_INTEGER;
}

/** Words of every text in the prompt, 4 more for each message and 3 for the answer's start. */
export function countPrompt(body: SimulatorInput['body']): number {
  const messages = body['messages'] ?? body['input'] ?? body['prompt'] ?? '';
  if (typeof messages === 'string') return countTokens(messages) + 3;
  if (!Array.isArray(messages)) return 3;
  return messages.reduce<number>((sum, message) => sum + 4 + countTexts(message), 3);
}

function countTexts(value: unknown): number {
  if (typeof value === 'string') return countTokens(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + countTexts(part), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const { content, text } = value as { content?: unknown; text?: unknown };
  return countTexts(content) + countTexts(text);
}

function planToolCall(body: SimulatorInput['body']): TextAnswer['toolCall'] {
  const tools = body['tools'];
  if (!Array.isArray(tools) || body['tool_choice'] === 'none') return undefined;
  const messages = body['messages'];
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  if ((last as { role?: unknown } | undefined)?.role === 'tool') return undefined;
  const tool = (tools as { function?: { name?: string; parameters?: unknown } }[])[0]?.function;
  if (tool?.name === undefined) return undefined;
  return {
    id: 'call_simulated_1',
    name: tool.name,
    arguments: JSON.stringify(exampleOf(tool.parameters)),
  };
}

/** The simplest value that fits a JSON schema. */
function exampleOf(schema: unknown): unknown {
  const { type, properties, enum: choices } = (schema ?? {}) as Record<string, unknown>;
  if (Array.isArray(choices)) return choices[0] as unknown;
  if (type === 'string') return 'Berlin';
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  const members = Object.entries((properties ?? {}) as Record<string, unknown>);
  return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member)]));
}

/** Usage in the shape of chat completions. */
function chatUsage(usage: SimulatedUsage): Record<string, unknown> {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens, audio_tokens: 0 },
  };
}

/** The body of an answer that is not a stream. */
export function encodeChatAnswer(input: SimulatorInput, answer: TextAnswer): object {
  const text = answer.words.join('');
  const toolCalls = answer.toolCall && {
    tool_calls: [
      {
        id: answer.toolCall.id,
        type: 'function',
        function: { name: answer.toolCall.name, arguments: answer.toolCall.arguments },
      },
    ],
  };
  const count = typeof input.body['n'] === 'number' ? input.body['n'] : 1;
  const choices = Array.from({ length: count }, (_, index) => ({
    index,
    message: {
      role: 'assistant',
      content: answer.toolCall === undefined ? text : null,
      refusal: null,
      ...toolCalls,
    },
    logprobs: null,
    finish_reason: answer.finishReason,
  }));
  return {
    ...envelope(input, 'chat.completion'),
    choices,
    ...(input.behaviour.usage !== 'none' && { usage: chatUsage(answer.usage) }),
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  };
}

function envelope(input: SimulatorInput, object: string): Record<string, unknown> {
  return {
    id: 'chatcmpl-simulated',
    object,
    created: Math.floor(Date.now() / 1000),
    model: input.model,
  };
}

/** The frames of a streamed answer. */
export function scriptChatStream(input: SimulatorInput, answer: TextAnswer): StreamScript {
  const base = envelope(input, 'chat.completion.chunk');
  const { usage: usageMode } = input.behaviour;
  const usage = chatUsage(answer.usage);
  const count = typeof input.body['n'] === 'number' ? input.body['n'] : 1;
  const frame = (delta: object, finishReason: string | null, index = 0): string => {
    const withUsage = usageMode === 'each' || (usageMode === 'finish' && finishReason !== null);
    const choices = [{ index, delta, logprobs: null, finish_reason: finishReason }];
    return JSON.stringify({ ...base, choices, ...(withUsage && { usage }) });
  };
  const each = (make: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => make(index));
  return {
    head: each((index) => frame({ role: 'assistant', content: '', refusal: null }, null, index)),
    content:
      answer.toolCall === undefined
        ? answer.words.map((content) => each((index) => frame({ content }, null, index)))
        : scriptToolCall(answer.toolCall, frame),
    huge: (text) => frame({ content: text }, null),
    finish: each((index) => frame({}, answer.finishReason, index)),
    usage: asksForUsage(input) ? [JSON.stringify({ ...base, choices: [], usage })] : [],
    done: '[DONE]',
  };
}

function asksForUsage({ body, behaviour }: SimulatorInput): boolean {
  const options = body['stream_options'] as { include_usage?: unknown } | null | undefined;
  return behaviour.usage === 'exact' && options?.include_usage === true;
}

function scriptToolCall(
  call: NonNullable<TextAnswer['toolCall']>,
  frame: (delta: object, finishReason: string | null) => string,
): string[][] {
  const half = Math.ceil(call.arguments.length / 2);
  const first = { index: 0, id: call.id, type: 'function' };
  const parts = [call.arguments.slice(0, half), call.arguments.slice(half)];
  return [
    [frame({ tool_calls: [{ ...first, function: { name: call.name, arguments: '' } }] }, null)],
    ...parts.map((part) => [
      frame({ tool_calls: [{ index: 0, function: { arguments: part } }] }, null),
    ]),
  ];
}

/** Legacy completions: whole. */
export function encodeCompletion(input: SimulatorInput, answer: TextAnswer): object {
  return {
    ...envelope(input, 'text_completion'),
    choices: [
      {
        index: 0,
        text: answer.words.join(''),
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage: chatUsage(answer.usage),
  };
}

/** Legacy completions: streamed. */
export function scriptCompletionStream(input: SimulatorInput, answer: TextAnswer): StreamScript {
  const base = envelope(input, 'text_completion');
  const frame = (text: string, finishReason: string | null): string =>
    JSON.stringify({
      ...base,
      choices: [{ index: 0, text, logprobs: null, finish_reason: finishReason }],
    });
  return {
    head: [],
    content: answer.words.map((word) => [frame(word, null)]),
    huge: (text) => frame(text, null),
    finish: [frame('', answer.finishReason)],
    usage: asksForUsage(input)
      ? [JSON.stringify({ ...base, choices: [], usage: chatUsage(answer.usage) })]
      : [],
    done: '[DONE]',
  };
}
