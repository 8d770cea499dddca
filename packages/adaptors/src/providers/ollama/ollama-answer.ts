import { randomUUID } from 'node:crypto';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** An answer of Ollama's as a chat completion. */
export function fromOllamaAnswer(body: JsonObject): JsonObject {
  const { message, finish } = readAnswer(body, 0);
  return {
    ...describe(body, `chatcmpl-${randomUUID()}`),
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finish ?? 'stop' }],
    ...usageOf(body),
  };
}

/** Chunks of a stream of Ollama's: one JSON object a line, the last of which has the figures. */
export function createOllamaChunks(): (line: JsonObject) => readonly JsonObject[] {
  const id = `chatcmpl-${randomUUID()}`;
  let calls = 0;
  let hasCalls = false;
  return (line) => {
    // Errors come with a good status.
    if (asText(line['error']) !== undefined) return [{ error: { message: line['error'] } }];
    const { message, finish } = readAnswer(line, calls);
    const made = asArray(message['tool_calls']).length;
    calls += made;
    hasCalls ||= made > 0;
    const reason = finish === 'stop' && hasCalls ? 'tool_calls' : finish;
    return [
      {
        ...describe(line, id),
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: message, finish_reason: reason ?? null }],
        ...usageOf(line),
      },
    ];
  };
}

function describe(body: JsonObject, id: string): JsonObject {
  const created = Date.parse(asText(body['created_at']) ?? '');
  return {
    id,
    created: Math.floor((Number.isNaN(created) ? Date.now() : created) / 1000),
    model: body['model'],
  };
}

function readAnswer(
  body: JsonObject,
  callsBefore: number,
): { message: JsonObject; finish: string | undefined } {
  const message = asObject(body['message']) ?? {};
  const calls = asArray(message['tool_calls']).map((call, index) =>
    toCall(asObject(call), callsBefore + index),
  );
  const thinking = asText(message['thinking']);
  const finish =
    body['done'] === true ? (body['done_reason'] === 'length' ? 'length' : 'stop') : undefined;
  return {
    message: {
      role: 'assistant',
      content: typeof message['content'] === 'string' ? message['content'] : '',
      ...(thinking !== undefined && { reasoning_content: message['thinking'] }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    finish: finish === 'stop' && calls.length > 0 ? 'tool_calls' : finish,
  };
}

function toCall(call: JsonObject | undefined, index: number): JsonObject {
  const called = asObject(call?.['function']);
  return {
    index,
    id: asText(call?.['id']) ?? `call_${randomUUID().replaceAll('-', '')}`,
    type: 'function',
    function: { name: called?.['name'], arguments: JSON.stringify(called?.['arguments'] ?? {}) },
  };
}

/** Older versions leave the prompt's figure out where they had it in their cache: a local count is better then. */
function usageOf(body: JsonObject): JsonObject {
  const prompt = body['prompt_eval_count'];
  const completion = body['eval_count'];
  if (typeof prompt !== 'number' || typeof completion !== 'number') return {};
  return {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    },
  };
}
