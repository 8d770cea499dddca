import type {
  CanonicalRequest,
  InstructionPart,
  JsonRecord,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '@turnpike/core';
import { arrangeTurns } from '../../translate/arrange-turns.ts';
import { aliasCallId, callIdRules } from '../../translate/call-ids.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { wrapCustomInput } from '../../translate/tool-arguments.ts';
import { asText } from '../../wire/json-object.ts';
import { defined } from '../../wire/defined.ts';
import { groupParts, onlyOnce } from './group-parts.ts';
import { encodeInputContent, encodeOutputContent, type ContentContext } from './encode-content.ts';

export interface InputContext {
  losses: LossList;
  aliasName: (name: string) => string;
  /** Scope of opaque state that the upstream accepts. */
  scope: string;
  /** A prompt of the channel, instead of the client's instructions. */
  systemPrompt?: string | undefined;
}

const family = 'openai-responses';

/** The conversation: `instructions` and `input`. */
export function encodeConversation(
  request: CanonicalRequest,
  context: InputContext,
): { instructions?: string; input: JsonRecord[] } {
  // A client of this family has put its items in order itself.
  const isOwn = request.extras[family] !== undefined;
  const { turns, losses } = isOwn
    ? { turns: request.turns, losses: [] }
    : arrangeTurns(request.turns);
  context.losses.losses.push(...losses);
  const { instructions, items } = encodeInstructions(request.instructions, context);
  const input = turns.flatMap((turn, index) =>
    encodeTurn(turn, { ...context, at: `turns[${index}]` }),
  );
  notePrefill(turns.at(-1), context);
  return defined({ instructions, input: onlyOnce([...items, ...input]) });
}

/** What leads in one role is `instructions`; the rest are items, in place. */
function encodeInstructions(
  parts: readonly InstructionPart[],
  { systemPrompt, losses }: InputContext,
): { instructions: string | undefined; items: JsonRecord[] } {
  if (systemPrompt !== undefined) return { instructions: systemPrompt, items: [] };
  const isLeading = (part: InstructionPart): boolean =>
    !isOwnPart(part) && part.role === parts[0]?.role;
  const end = parts.findIndex((part) => !isLeading(part));
  const leading = end < 0 ? parts : parts.slice(0, end);
  const texts = leading.flatMap((part) => (part.kind === 'text' ? [part.text] : []));
  const items = parts.slice(leading.length).map((part): JsonRecord => {
    const raw = itemOf(part);
    if (raw !== undefined) return raw;
    return message(part.role, encodeInputContent([part], { losses, at: 'instructions' }));
  });
  if (leading.some(({ cache }) => cache !== undefined)) {
    losses.add('warn', 'dropped', 'instructions.cache', 'caching is automatic here');
  }
  return { instructions: texts.length === 0 ? undefined : texts.join('\n\n'), items };
}

type TurnContext = InputContext & ContentContext;

function encodeTurn(turn: Turn, context: TurnContext): JsonRecord[] {
  if (turn.origin?.family === family) return [turn.origin.raw];
  if (turn.name !== undefined) {
    context.losses.add('info', 'dropped', `${context.at}.name`, 'messages have no names here');
  }
  switch (turn.role) {
    case 'assistant':
      return encodeAssistant(turn, context);
    case 'system':
    case 'developer':
    case 'user':
    case 'tool':
      return encodeSaid(turn, context);
  }
}

/** Results are items of their own; what else is said keeps its place between them. */
function encodeSaid(turn: Turn, context: TurnContext): JsonRecord[] {
  const role = turn.role === 'tool' ? 'user' : turn.role;
  return groupParts(turn.parts, (part) => isItem(part)).flatMap(({ isMatch, parts }) => {
    if (isMatch) return parts.flatMap((part) => encodeItem(part, context));
    const content = encodeInputContent(parts, context);
    return content.length === 0 ? [] : [message(role, content)];
  });
}

function encodeAssistant(turn: Turn, context: TurnContext): JsonRecord[] {
  return groupParts(turn.parts, isSaid).flatMap(({ isMatch, parts }) => {
    if (!isMatch) return parts.flatMap((part) => encodeItem(part, context));
    const content = encodeOutputContent(parts);
    if (content.length === 0) return [];
    const raw = itemOf(parts[0]);
    if (raw !== undefined) return [raw];
    const envelope = parts[0]?.extras?.[family];
    if (envelope !== undefined) return [{ ...toMessage(envelope), content }];
    return [defined({ type: 'message', role: 'assistant', phase: turn.phase, content })];
  });
}

/** Of an answer only what is not said elsewhere was kept. */
function toMessage(envelope: JsonRecord): JsonRecord {
  return envelope['role'] === undefined
    ? { type: 'message', role: 'assistant', ...envelope }
    : envelope;
}

/** Text of one message stays together: parts of another message, of this family, begin a new one. */
function isSaid(part: Part): unknown {
  return part.kind === 'text' || part.kind === 'refusal' ? (part.extras?.[family] ?? true) : false;
}

function isItem(part: Part): boolean {
  return part.kind === 'tool-result' || part.kind === 'provider-item';
}

function encodeItem(part: Part, context: TurnContext): JsonRecord[] {
  if (part.kind === 'reasoning') return encodeReasoning(part, context);
  const raw = itemOf(part);
  if (raw !== undefined) return [raw];
  switch (part.kind) {
    case 'tool-call':
      return encodeCall(part, context);
    case 'tool-result':
      if (part.tool !== 'hosted') return [encodeResult(part, context)];
      context.losses.add('warn', 'dropped', context.at, 'what a tool of another upstream answered');
      return [];
    case 'media':
      context.losses.add(
        'warn',
        'approximated',
        context.at,
        'the model said it, now the user does',
      );
      return encodeSaid({ role: 'user', parts: [part] }, context);
    case 'provider-item':
      context.losses.add(
        'warn',
        'dropped',
        context.at,
        `an item of another protocol (${part.itemType})`,
      );
      return [];
    case 'text':
    case 'refusal':
      return [];
  }
}

/** Only state that this upstream gave out is worth sending: without it, thoughts cannot be checked and are refused. */
function encodeReasoning(part: ReasoningPart, { scope, losses, at }: TurnContext): JsonRecord[] {
  const state = part.state?.find(
    (candidate) =>
      candidate.family === family &&
      (candidate.kind === 'encrypted' || candidate.kind === 'compaction') &&
      (candidate.scope === undefined || candidate.scope === scope) &&
      !candidate.value.startsWith('gw1.'),
  );
  if (state?.kind === 'compaction') {
    return [itemOf(part) ?? { type: 'compaction', encrypted_content: state.value }];
  }
  const isOwn = isOwnPart(part) && part.state === undefined;
  if (state === undefined && !isOwn) {
    losses.add('warn', 'dropped', `${at}.reasoning`, 'thoughts of another model');
    return [];
  }
  const raw = itemOf(part);
  if (raw !== undefined) return [raw];
  const summary = (part.summary ?? []).map((text) => ({ type: 'summary_text', text }));
  return [{ type: 'reasoning', summary, encrypted_content: state?.value }];
}

function encodeCall(part: ToolCallPart, { aliasName, losses, at }: TurnContext): JsonRecord[] {
  if (part.tool === 'hosted') {
    losses.add('warn', 'dropped', at, 'a call that another upstream ran itself');
    return [];
  }
  const callId = aliasCallId(part.callId, callIdRules[family]);
  const name = aliasName(part.name);
  if (part.tool === 'custom') {
    return [{ type: 'custom_tool_call', call_id: callId, name, input: part.input ?? '' }];
  }
  const said = part.argumentsJson ?? (part.input === undefined ? '' : wrapCustomInput(part.input));
  return [{ type: 'function_call', call_id: callId, name, arguments: said === '' ? '{}' : said }];
}

function encodeResult(part: ToolResultPart, context: TurnContext): JsonRecord {
  const { losses, at } = context;
  if (part.isError === true) {
    losses.add('info', 'approximated', `${at}.is_error`, 'a failure is told in words');
  }
  const prefix = part.isError === true ? 'Error: ' : '';
  const isText = part.content.every(({ kind }) => kind === 'text');
  const content = encodeInputContent(part.content, context);
  const texts = content.map(({ text }) => asText(text) ?? '');
  const output = isText
    ? `${prefix}${texts.join('\n')}`
    : [...(prefix === '' ? [] : [{ type: 'input_text', text: prefix.trim() }]), ...content];
  return {
    type: part.tool === 'custom' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: aliasCallId(part.callId, callIdRules[family]),
    output,
  };
}

function notePrefill(last: Turn | undefined, { losses }: InputContext): void {
  if (last?.role !== 'assistant' || last.parts.some(({ kind }) => kind === 'tool-call')) return;
  losses.add('warn', 'approximated', 'turns', 'the model begins anew behind an answer given to it');
}

function message(role: string, content: readonly JsonRecord[]): JsonRecord {
  return { type: 'message', role, content };
}

/** The whole item that a part was read from, where nothing in it was touched. */
function itemOf(part: Part | undefined): JsonRecord | undefined {
  if (part?.origin?.family !== family) return undefined;
  const { raw } = part.origin;
  const isContent = part.extras?.[family] !== undefined && typeof raw['role'] !== 'string';
  return isContent ? undefined : raw;
}

function isOwnPart(part: Part): boolean {
  return part.origin?.family === family;
}
