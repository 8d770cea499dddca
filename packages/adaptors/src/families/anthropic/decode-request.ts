import type {
  CanonicalRequest,
  InstructionPart,
  JsonRecord,
  OutputSettings,
  ReasoningSettings,
  Tool,
  ToolChoice,
  Turn,
} from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { decodeBlocks, readCacheControl } from './decode-blocks.ts';
import { hostedOf } from './decode-hosted-blocks.ts';

const family = 'anthropic';

/**
 * Reads a request of the Messages API. Whatever it says beside the conversation and its tools is kept as it was for
 * upstreams of the same family.
 *
 * @throws `invalid_request` with `param` where a member has a type that no client sends
 */
export function decodeMessagesRequest(body: JsonRecord, path: PathFacts): CanonicalRequest {
  const { model, messages, system, tools, tool_choice: choice, ...others } = body;
  return defined({
    model: asText(model) ?? path.model ?? '',
    instructions: decodeSystem(system),
    turns: decodeTurns(messages),
    tools: decodeTools(tools),
    toolChoice: decodeChoice(asObject(choice)),
    output: decodeOutput(body),
    reasoning: decodeReasoning(body),
    isStream: body['stream'] === true,
    wantsStreamUsage: true,
    identity: decodeIdentity(body, path),
    serviceTier: asText(body['service_tier']),
    extras: {
      anthropic: defined({
        ...others,
        tool_choice: choice,
        anthropic_beta: readBetas(others['anthropic_beta'], path),
      }),
    },
  });
}

/** Betas come in a header, or in the body at hosts that have no headers of that name. */
function readBetas(inBody: unknown, { headers }: PathFacts): readonly string[] | undefined {
  const named = (headers['anthropic-beta'] ?? '').split(',').map((beta) => beta.trim());
  const betas = [...asArray(inBody).map(String), ...named].filter((beta) => beta !== '');
  return betas.length === 0 ? undefined : [...new Set(betas)];
}

/** One plain text is told from a list by a mark, so that it goes out as it came. */
function decodeSystem(system: unknown): readonly InstructionPart[] {
  if (typeof system === 'string') {
    const extras = { anthropic: { isPlain: true } };
    return system === '' ? [] : [{ kind: 'text', text: system, role: 'system', extras }];
  }
  return decodeBlocks(system, 'system').map((part) => ({ ...part, role: 'system' }));
}

function decodeTurns(messages: unknown): readonly Turn[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw refuse('messages', 'must be a list with at least one message', '必须是非空列表');
  }
  return messages.map((value, index) => {
    const at = `messages.${index}`;
    const raw = asObject(value);
    if (raw === undefined) throw refuse(at, 'must be an object', '必须是对象');
    const { role, content } = raw;
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw refuse(`${at}.role`, 'must be user or assistant', '必须是 user 或 assistant');
    }
    const parts = decodeBlocks(content, `${at}.content`);
    // A turn with blocks that were made here must not go as it came.
    const isOwn = typeof content === 'string' || parts.every((part) => part.origin !== undefined);
    return { role, parts, ...(isOwn && { origin: { family, raw } }) };
  });
}

function decodeTools(tools: unknown): readonly Tool[] {
  const names = new Set<string>();
  return asArray(tools).map((value, index) => {
    const at = `tools.${index}`;
    const raw = asObject(value);
    if (raw === undefined) throw refuse(at, 'must be an object', '必须是对象');
    const tool = decodeTool(raw, at);
    if (tool.name !== undefined && names.has(tool.name)) {
      throw refuse(`${at}.name`, 'must be unique', '必须唯一');
    }
    if (tool.name !== undefined) names.add(tool.name);
    return tool;
  });
}

function decodeTool(raw: JsonObject, at: string): Tool {
  const type = asText(raw['type']) ?? 'custom';
  const name = asText(raw['name']);
  const origin = { family, raw } as const;
  if (type !== 'custom') {
    return defined({ kind: 'hosted' as const, name, hosted: hostedOf(type, raw), origin });
  }
  if (name === undefined) throw refuse(`${at}.name`, 'is required', '为必填项');
  return defined({
    kind: 'function' as const,
    name,
    description: asText(raw['description']),
    parameters: raw['input_schema'] ?? undefined,
    isStrict: typeof raw['strict'] === 'boolean' ? raw['strict'] : undefined,
    cache: readCacheControl(raw),
    origin,
  });
}

function decodeChoice(choice: JsonObject | undefined): ToolChoice | undefined {
  if (choice === undefined) return undefined;
  const isSerial = choice['disable_parallel_tool_use'];
  const parallel = typeof isSerial === 'boolean' ? { parallel: !isSerial } : {};
  switch (choice['type']) {
    case 'any':
      return { mode: 'required', ...parallel };
    case 'none':
      return { mode: 'none' };
    case 'tool': {
      const name = asText(choice['name']);
      if (name === undefined) throw refuse('tool_choice.name', 'is required', '为必填项');
      return { mode: 'named', names: [name], ...parallel };
    }
    default:
      return { mode: 'auto', ...parallel };
  }
}

function decodeOutput(body: JsonObject): OutputSettings {
  const stop = asArray(body['stop_sequences']).filter(
    (text): text is string => typeof text === 'string',
  );
  const { max_tokens: maxTokens } = body;
  if (maxTokens !== undefined && maxTokens !== null && !Number.isInteger(maxTokens)) {
    throw refuse('max_tokens', 'must be a whole number', '必须是整数');
  }
  return defined({
    maxTokens: readNumber(maxTokens),
    stop: stop.length === 0 ? undefined : stop,
    temperature: readNumber(body['temperature']),
    topP: readNumber(body['top_p']),
    topK: readNumber(body['top_k']),
    format: decodeFormat(body),
  });
}

function decodeFormat(body: JsonObject): OutputSettings['format'] {
  const format =
    asObject(asObject(body['output_config'])?.['format']) ?? asObject(body['output_format']);
  const schema = asObject(format?.['schema']);
  return schema === undefined ? undefined : { type: 'json-schema', schema, isStrict: true };
}

const efforts = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

function decodeReasoning(body: JsonObject): ReasoningSettings | undefined {
  const thinking = asObject(body['thinking']);
  const wanted = asObject(body['output_config'])?.['effort'];
  const effort = efforts.find((known) => known === wanted);
  const display = thinking?.['display'];
  const includesText = display === undefined ? undefined : display !== 'omitted';
  switch (thinking?.['type']) {
    case 'disabled':
      return { effort: 'none' };
    case 'enabled': {
      const budgetTokens = readNumber(thinking['budget_tokens']);
      return defined({ effort, budgetTokens, includesText: includesText ?? true });
    }
    case 'adaptive':
    case 'between_tools':
      return defined({ effort, isAdaptive: true, includesText });
    default:
      return effort === undefined ? undefined : { effort };
  }
}

function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Claude Code says in the user's id, and in a header, which session a request is of. */
function decodeIdentity(body: JsonObject, { headers }: PathFacts): CanonicalRequest['identity'] {
  const endUser = asText(asObject(body['metadata'])?.['user_id']);
  const sessionKey = headers['x-claude-code-session-id'] ?? endUser;
  return defined({ endUser, sessionKey });
}
