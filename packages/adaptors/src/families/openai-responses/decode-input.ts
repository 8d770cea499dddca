import {
  errors,
  type InstructionPart,
  type JsonRecord,
  type OpaqueState,
  type Part,
  type Turn,
} from '@turnpike/core';
import { asObject, asObjects, asText } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { findBuiltInCall, findBuiltInOutput } from './built-in-tools.ts';
import { decodeContent, stringOf } from './decode-content.ts';
import { decodeHostedItem } from './decode-hosted-item.ts';
import { flatName } from './tool-index.ts';

const family = 'openai-responses';

export interface DecodedInput {
  /** Leading system and developer text. */
  instructions: InstructionPart[];
  turns: Turn[];
}

/**
 * Decodes `input`. What the model said and called between two inputs is one assistant turn, and the outputs that
 * answer its calls are one tool turn; everything else keeps a turn of its own.
 *
 * @throws `invalid_request` where it is neither text nor a list of objects, `item_not_found` where it only names an item
 */
export function decodeInput(input: unknown): DecodedInput {
  const instructions: InstructionPart[] = [];
  const turns: OpenTurn[] = [];
  for (const item of readItems(input)) {
    const turn = decodeItem(item);
    const leading = turns.length === 0 ? toInstructions(turn) : undefined;
    if (leading !== undefined) instructions.push(...leading);
    else addTurn(turns, turn);
  }
  return { instructions, turns };
}

type OpenTurn = Turn & { parts: Part[] };

/** @throws `invalid_request` */
export function readItems(input: unknown): readonly JsonRecord[] {
  if (input === undefined || input === null) return [];
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw refuse('input', 'must be text or a list', '必须是文本或列表');
  return (input as readonly unknown[]).map((item, index) => {
    const object = asObject(item);
    if (object === undefined) {
      throw refuse(`input[${index}]`, 'must be an object', '必须是对象');
    }
    return object;
  });
}

function addTurn(turns: OpenTurn[], turn: OpenTurn): void {
  const last = turns.at(-1);
  const isJoined = turn.role === 'assistant' || turn.role === 'tool';
  if (isJoined && last?.role === turn.role) last.parts.push(...turn.parts);
  else turns.push(turn);
}

function toInstructions({ role, parts, origin }: Turn): InstructionPart[] | undefined {
  if (role !== 'system' && role !== 'developer') return undefined;
  if (!parts.every(({ kind }) => kind === 'text')) return undefined;
  return parts.map((part) => ({ ...part, role, ...(origin !== undefined && { origin }) }));
}

function decodeItem(raw: JsonRecord): OpenTurn {
  const type = asText(raw['type']) ?? 'message';
  const origin = { family, raw } as const;
  switch (type) {
    case 'message':
      return decodeMessage(raw);
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', parts: [{ ...decodeCall(raw), origin }] };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', parts: [{ ...decodeOutput(raw), origin }] };
    case 'reasoning':
    case 'compaction':
      return { role: 'assistant', parts: [decodeReasoning(raw)] };
    case 'item_reference':
      throw errors.itemNotFound({ id: stringOf(raw['id']), param: 'input' });
    default:
      return decodeOther(type, raw);
  }
}

/** The item's own envelope goes along with each of its parts, so that they can become one item again. */
function decodeMessage(raw: JsonRecord): OpenTurn {
  const { content, ...envelope } = raw;
  const role = readRole(raw['role']);
  const id = asText(raw['id']);
  const phase = raw['phase'];
  const extras = { [family]: envelope };
  const parts = decodeContent(content).map((part) => ({
    ...part,
    ...(id !== undefined && { id }),
    extras,
    origin: part.origin ?? { family, raw },
  }));
  return {
    role,
    parts,
    ...((phase === 'commentary' || phase === 'final_answer') && { phase }),
    ...(role !== 'assistant' && { origin: { family, raw } }),
  };
}

function readRole(role: unknown): Turn['role'] {
  switch (role) {
    case 'assistant':
    case 'system':
    case 'developer':
      return role;
    default:
      return 'user';
  }
}

/** A call of a function or of a custom tool, in a request or in an answer. */
export function decodeCall(raw: JsonRecord): Part {
  const isCustom = raw['type'] === 'custom_tool_call';
  const id = asText(raw['id']);
  return {
    kind: 'tool-call',
    callId: stringOf(raw['call_id']) || (id ?? ''),
    name: flatName(asText(raw['namespace']), stringOf(raw['name'])),
    tool: isCustom ? 'custom' : 'function',
    ...(isCustom
      ? { input: stringOf(raw['input']) }
      : { argumentsJson: stringOf(raw['arguments']) }),
    ...(id !== undefined && { id }),
  };
}

function decodeOutput(raw: JsonRecord): Part {
  return {
    kind: 'tool-result',
    callId: stringOf(raw['call_id']),
    tool: raw['type'] === 'custom_tool_call_output' ? 'custom' : 'function',
    content: decodeContent(raw['output']),
  };
}

/**
 * Reasoning, in a request or in an answer. One that carries state of another family has no origin: it must never
 * reach an upstream as it is.
 */
export function decodeReasoning(raw: JsonRecord): Part {
  const text = asObjects(raw['content']).map(({ text: said }) => stringOf(said));
  const summary = asObjects(raw['summary']).map(({ text: said }) => stringOf(said));
  const state = readState(raw);
  const id = asText(raw['id']);
  const isForeign = state.some(({ value }) => value.startsWith(capsulePrefix));
  return {
    kind: 'reasoning',
    ...(text.length > 0 && { text: text.join('') }),
    ...(summary.length > 0 && { summary }),
    ...(state.length > 0 && { state }),
    ...(id !== undefined && { id }),
    ...(!isForeign && { origin: { family, raw } }),
  };
}

/** Sealed state of other families begins so; several capsules in one slot are parted by spaces. */
const capsulePrefix = 'gw1.';

function readState(raw: JsonRecord): OpaqueState[] {
  const encrypted = asText(raw['encrypted_content']);
  if (encrypted === undefined) return [];
  const kind = raw['type'] === 'compaction' ? 'compaction' : 'encrypted';
  const values = encrypted.startsWith(capsulePrefix) ? encrypted.split(' ') : [encrypted];
  return values.map((value) => ({ family, kind, value }));
}

function decodeOther(type: string, raw: JsonRecord): OpenTurn {
  const origin = { family, raw } as const;
  const id = asText(raw['id']);
  const called = findBuiltInCall(type);
  if (called !== undefined && isRunByClient(raw)) {
    const part: Part = {
      kind: 'tool-call',
      callId: asText(raw['call_id']) ?? id ?? '',
      name: called.name,
      tool: 'function',
      argumentsJson: JSON.stringify(called.toArguments(raw)),
      ...(id !== undefined && { id }),
      origin,
    };
    return { role: 'assistant', parts: [part] };
  }
  const ran = findBuiltInOutput(type);
  if (ran !== undefined && isRunByClient(raw)) {
    const part: Part = {
      kind: 'tool-result',
      callId: asText(raw['call_id']) ?? id ?? '',
      name: ran.name,
      ...(raw['status'] === 'failed' && { isError: true }),
      tool: 'function',
      content: [{ kind: 'text', text: readBuiltInOutput(raw) }],
      origin,
    };
    return { role: 'tool', parts: [part] };
  }
  const hosted = decodeHostedItem(raw);
  if (hosted !== undefined) return { role: 'assistant', parts: hosted };
  const isFromClient = type.endsWith('_output') || type.endsWith('_response');
  const part: Part = { kind: 'provider-item', family, itemType: type, raw, origin };
  return { role: isFromClient ? 'tool' : 'assistant', parts: [part] };
}

/** What the vendor itself ran is no call that anybody else could have made. */
function isRunByClient(raw: JsonRecord): boolean {
  return raw['execution'] !== 'server';
}

function readBuiltInOutput(raw: JsonRecord): string {
  const output = raw['output'] ?? raw['tools'];
  if (typeof output === 'string') return output;
  return output === undefined || output === null ? '' : JSON.stringify(output);
}
