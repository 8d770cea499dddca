import type { Loss } from '@turnpike/core';
import { LossList } from '../../translate/loss-list.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** Members that are called the same, Cohere's own among them. */
const kept = [
  'stream',
  'seed',
  'logprobs',
  'documents',
  'citation_options',
  'safety_mode',
  'priority',
  'k',
] as const;

/** Members of a chat body that become something here. */
export const heardByCohere: ReadonlySet<string> = new Set([
  ...kept,
  'model',
  'messages',
  'tools',
  'tool_choice',
  'response_format',
  'temperature',
  'top_p',
  'top_k',
  'max_tokens',
  'max_completion_tokens',
  'stop',
  'frequency_penalty',
  'presence_penalty',
  'thinking',
  'reasoning_effort',
]);

/** More stop texts are refused. */
const maxStops = 5;
/** Most tokens that a reasoning model may think, and the share that each effort has of them. */
const maxThinking = 32_768;
const shares: Readonly<Record<string, number>> = {
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 0.9,
};

/** A chat body as Cohere's `/v2/chat` takes it. */
export function toCohereRequest(body: JsonObject): { body: JsonObject; losses: readonly Loss[] } {
  const losses = new LossList();
  const format = toFormat(asObject(body['response_format']));
  const hasTools = asArray(body['tools']).length > 0;
  if (hasTools && format !== undefined)
    losses.add('fatal', 'dropped', 'output.format', 'no JSON format beside tools');
  const request = defined({
    model: body['model'],
    messages: asArray(body['messages']).flatMap(toMessage),
    ...Object.fromEntries(kept.map((key) => [key, body[key] ?? undefined])),
    temperature: clamp(body['temperature'], 0, 1),
    max_tokens: body['max_completion_tokens'] ?? body['max_tokens'] ?? undefined,
    p: clamp(body['top_p'], 0.01, 0.99),
    k: clamp(body['top_k'] ?? body['k'], 0, 500),
    stop_sequences: toStops(body['stop'], losses),
    ...toPenalties(body, losses),
    ...toTools(body),
    response_format: hasTools ? undefined : format,
    thinking: toThinking(body),
  });
  return { body: request, losses: losses.losses };
}

function clamp(value: unknown, least: number, most: number): number | undefined {
  return typeof value === 'number' ? Math.min(Math.max(value, least), most) : undefined;
}

function toStops(stop: unknown, losses: LossList): readonly unknown[] | undefined {
  const stops = typeof stop === 'string' ? [stop] : asArray(stop);
  if (stops.length > maxStops)
    losses.add('warn', 'approximated', 'output.stop', `only the first ${maxStops} stop texts`);
  return stops.length === 0 ? undefined : stops.slice(0, maxStops);
}

/** Some models refuse both at once. */
function toPenalties(body: JsonObject, losses: LossList): JsonObject {
  const frequency = clamp(body['frequency_penalty'], 0, 1);
  const presence = clamp(body['presence_penalty'], 0, 1);
  const isBoth = (frequency ?? 0) !== 0 && (presence ?? 0) !== 0;
  if (isBoth) losses.add('warn', 'dropped', 'presence_penalty', 'one of two penalties is taken');
  return defined({
    frequency_penalty: frequency,
    presence_penalty: isBoth ? undefined : presence,
  });
}

function toMessage(value: unknown): JsonObject[] {
  const message = asObject(value);
  if (message === undefined) return [];
  const role = message['role'] === 'developer' ? 'system' : message['role'];
  const calls = asArray(message['tool_calls']);
  if (role === 'tool')
    return [
      { role, tool_call_id: message['tool_call_id'], content: toContent(message['content']) },
    ];
  if (calls.length > 0) {
    // Words beside calls are a plan here.
    const plan = asText(toContent(message['content']));
    return [{ role, tool_calls: calls.map(withoutExtras), ...(plan && { tool_plan: plan }) }];
  }
  return [{ role, content: toContent(message['content']) }];
}

function withoutExtras(value: unknown): JsonObject {
  const { id, type, function: called } = asObject(value) ?? {};
  return { id, type: type ?? 'function', function: called };
}

/** Models without eyes want plain text. */
function toContent(content: unknown): unknown {
  if (typeof content === 'string') return content;
  const parts = asArray(content).map(asObject);
  const isText = parts.every((part) => part?.['type'] === 'text');
  return isText ? parts.map((part) => asText(part?.['text']) ?? '').join('\n') : content;
}

function toTools(body: JsonObject): JsonObject {
  const tools = asArray(body['tools']).map(asObject);
  const choice = body['tool_choice'];
  const named = asText(asObject(asObject(choice)?.['function'])?.['name']);
  if (tools.length === 0) return {};
  const isStrict = tools.some((tool) => asObject(tool?.['function'])?.['strict'] === true);
  const offered = tools.map((tool) => {
    const { strict: _, ...declared } = asObject(tool?.['function']) ?? {};
    return { type: 'function', function: declared };
  });
  const chosen =
    named === undefined ? offered : offered.filter(({ function: one }) => nameOf(one) === named);
  return defined({
    tools: chosen,
    strict_tools: isStrict ? true : undefined,
    tool_choice:
      choice === 'none' ? 'NONE' : choice === 'required' || named ? 'REQUIRED' : undefined,
  });
}

function nameOf(declared: JsonObject): unknown {
  return declared['name'];
}

function toFormat(format: JsonObject | undefined): JsonObject | undefined {
  if (format?.['type'] === 'json_object') return { type: 'json_object' };
  if (format?.['type'] !== 'json_schema') return undefined;
  const schema = asObject(format['json_schema'])?.['schema'];
  return { type: 'json_object', ...(schema !== undefined && { json_schema: schema }) };
}

function toThinking(body: JsonObject): JsonObject | undefined {
  const own = asObject(body['thinking']);
  if (own !== undefined) return own;
  const effort = asText(body['reasoning_effort']);
  if (effort === undefined || !String(body['model']).includes('reasoning')) return undefined;
  if (effort === 'none') return { type: 'disabled' };
  return { type: 'enabled', token_budget: Math.floor((shares[effort] ?? 0.3) * maxThinking) };
}
