import type { Loss } from '@turnpike/core';
import { parseDataUrl } from '../../translate/data-url.ts';
import { LossList } from '../../translate/loss-list.ts';
import { parseArguments } from '../../translate/tool-arguments.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** Members that are options of the model here; OpenAI's name → Ollama's. */
const options: readonly (readonly [chat: string, own: string])[] = [
  ['temperature', 'temperature'],
  ['top_p', 'top_p'],
  ['top_k', 'top_k'],
  ['min_p', 'min_p'],
  ['seed', 'seed'],
  ['presence_penalty', 'presence_penalty'],
  ['frequency_penalty', 'frequency_penalty'],
  ['repeat_penalty', 'repeat_penalty'],
  ['num_ctx', 'num_ctx'],
  ['max_tokens', 'num_predict'],
  ['max_completion_tokens', 'num_predict'],
];

/** Members that are called the same. */
const kept = ['keep_alive', 'logprobs', 'top_logprobs'] as const;

/** Members of a chat body that become something here. */
export const heardByOllama: ReadonlySet<string> = new Set([
  ...options.map(([chat]) => chat),
  ...kept,
  'model',
  'stream',
  'messages',
  'tools',
  'tool_choice',
  'response_format',
  'reasoning_effort',
  'think',
  'stop',
  'options',
]);

/** A chat body as Ollama's `/api/chat` takes it. */
export function toOllamaRequest(body: JsonObject): { body: JsonObject; losses: readonly Loss[] } {
  const losses = new LossList();
  const chosen: Record<string, unknown> = { ...asObject(body['options']) };
  for (const [chat, own] of options) {
    if (body[chat] !== undefined && body[chat] !== null) chosen[own] = body[chat];
  }
  const stop = typeof body['stop'] === 'string' ? [body['stop']] : asArray(body['stop']);
  if (stop.length > 0) chosen['stop'] = stop;
  const same = Object.fromEntries(kept.map((key) => [key, body[key]]));
  const request = defined({
    model: body['model'],
    // The server streams unless it is told not to.
    stream: body['stream'] === true,
    format: toFormat(asObject(body['response_format'])),
    think: toThink(body),
    messages: toMessages(asArray(body['messages']), losses),
    tools: toTools(body, losses),
    options: Object.keys(chosen).length === 0 ? undefined : chosen,
    ...same,
  });
  return { body: request, losses: losses.losses };
}

function toFormat(format: JsonObject | undefined): unknown {
  if (format?.['type'] === 'json_object') return 'json';
  if (format?.['type'] !== 'json_schema') return undefined;
  return asObject(format['json_schema'])?.['schema'] ?? 'json';
}

/** Most models are told whether to think, gpt-oss how much. */
function toThink(body: JsonObject): unknown {
  if (body['think'] !== undefined) return body['think'];
  const effort = asText(body['reasoning_effort']);
  if (effort === undefined) return undefined;
  if (!String(body['model']).includes('gpt-oss')) return effort !== 'none';
  if (effort === 'none' || effort === 'minimal') return 'low';
  return effort === 'xhigh' || effort === 'max' ? 'high' : effort;
}

function toTools(body: JsonObject, losses: LossList): unknown {
  const choice = body['tool_choice'];
  if (choice === 'none') return undefined;
  if (choice !== undefined && choice !== 'auto')
    losses.add('warn', 'dropped', 'toolChoice', 'a call cannot be forced here');
  return body['tools'];
}

function toMessages(messages: readonly unknown[], losses: LossList): JsonObject[] {
  const names = new Map<string, string>();
  return messages.flatMap((value, index) => {
    const message = asObject(value);
    if (message === undefined) return [];
    const { text, images } = toContent(message['content'], `messages[${index}]`, losses);
    const role = message['role'] === 'developer' ? 'system' : message['role'];
    const callId = asText(message['tool_call_id']);
    const calls = asArray(message['tool_calls']).flatMap((call) => toCall(call, names));
    return [
      defined({
        role,
        tool_name: callId === undefined ? undefined : names.get(callId),
        content: text,
        thinking: asText(message['reasoning_content']),
        images: images.length === 0 ? undefined : images,
        tool_calls: calls.length === 0 ? undefined : calls,
      }),
    ];
  });
}

/** Arguments are an object, and results name the tool instead of the call. */
function toCall(value: unknown, names: Map<string, string>): JsonObject[] {
  const call = asObject(value);
  const called = asObject(call?.['function']);
  const name = asText(called?.['name']);
  if (name === undefined) return [];
  const id = asText(call?.['id']);
  if (id !== undefined) names.set(id, name);
  const { value: parsed } = parseArguments(asText(called?.['arguments']));
  return [{ function: { name, arguments: parsed } }];
}

function toContent(
  content: unknown,
  at: string,
  losses: LossList,
): { text: string; images: string[] } {
  if (typeof content === 'string') return { text: content, images: [] };
  const texts: string[] = [];
  const images: string[] = [];
  for (const [index, part] of asArray(content).map(asObject).entries()) {
    if (part?.['type'] === 'text') texts.push(asText(part['text']) ?? '');
    else {
      const url = asText(asObject(part?.['image_url'])?.['url']);
      const data = url === undefined ? undefined : parseDataUrl(url);
      const place = `${at}.content[${index}]`;
      const note = 'only pictures that are sent whole';
      if (data !== undefined) images.push(data.base64);
      else if (url !== undefined) losses.addRemote(place, note, url);
      else losses.add('fatal', 'dropped', place, note);
    }
  }
  return { text: texts.join('\n'), images };
}
