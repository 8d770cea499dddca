import type { CanonicalRequest, InstructionPart, Part, ToolResultPart, Turn } from '@turnpike/core';
import { arrangeTurns } from '../../translate/arrange-turns.ts';
import { aliasCallId, callIdRules } from '../../translate/call-ids.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { decodeMessages } from './decode-messages.ts';
import { encodeAssistant } from './encode-assistant.ts';
import { encodeContent, noteRemoteImage } from './encode-content.ts';
import type { MessageContext, TurnContext } from './turn-context.ts';

/** The messages of a request. Turns that came from a chat and were not touched are the messages that they were. */
export function encodeMessages(request: CanonicalRequest, context: MessageContext): JsonObject[] {
  const arranged = arrangeTurns(request.turns);
  context.losses.losses.push(...arranged.losses);
  const turns = moveMedia(arranged.turns, context);
  const loopStart = turns.findLastIndex(({ role }) => role === 'user') + 1;
  const messages = encodeInstructions(request.instructions, context);
  turns.forEach((turn, index) => {
    const isLast = index === turns.length - 1;
    messages.push(...encodeTurn(turn, { ...context, index, isLast, isInLoop: index >= loopStart }));
  });
  return messages;
}

function encodeInstructions(
  instructions: readonly InstructionPart[],
  context: MessageContext,
): JsonObject[] {
  if (context.systemPrompt !== undefined) {
    return [{ role: 'system', content: context.systemPrompt }];
  }
  return groupByMessage(instructions).flatMap((group) => {
    const [first] = group;
    const raw = first?.origin?.family === 'openai-chat' ? first.origin.raw : undefined;
    const role = roleFor(first?.role ?? 'system', context);
    if (raw !== undefined && isWhole(raw, group.length)) return [{ ...raw, role }];
    const content = encodeText(group, context);
    return content === undefined ? [] : [{ role, content }];
  });
}

function roleFor(role: 'system' | 'developer', { traits }: MessageContext): string {
  return traits.takesDeveloper === true ? role : 'system';
}

/** Parts of one message share its origin; those of other families are one message. */
function groupByMessage(parts: readonly InstructionPart[]): InstructionPart[][] {
  const groups: InstructionPart[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    const [before] = last ?? [];
    const isSame = (one: InstructionPart, other: InstructionPart): boolean =>
      one.origin?.family === 'openai-chat'
        ? one.origin.raw === other.origin?.raw
        : other.origin?.family !== 'openai-chat' && one.role === other.role;
    if (last !== undefined && before !== undefined && isSame(before, part)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Whether nothing was taken from a message since it was read. */
function isWhole(raw: JsonObject, parts: number): boolean {
  return decodeMessages([raw]).instructions.length === parts;
}

/** Instructions are text; parts of one message stay apart only where marks between them count. */
function encodeText(parts: readonly Part[], context: MessageContext): unknown {
  const content = encodeContent(parts, { ...context, at: 'instructions' });
  if (!Array.isArray(content)) return content;
  const isMarked = content.some((part: JsonObject) => part['cache_control'] !== undefined);
  return isMarked
    ? content
    : content.map((part: JsonObject) => String(part['text'] ?? '')).join('\n\n');
}

function encodeTurn(turn: Turn, context: TurnContext): JsonObject[] {
  const at = `turns[${context.index}]`;
  switch (turn.role) {
    case 'system':
    case 'developer': {
      const role = roleFor(turn.role, context);
      if (isOwn(turn)) return [{ ...turn.origin.raw, role }];
      const content = encodeText(turn.parts, context);
      return content === undefined ? [] : [{ role, content }];
    }
    case 'assistant':
      return encodeAssistant(turn, context);
    case 'tool':
      return turn.parts.flatMap((part) =>
        part.kind === 'tool-result' ? [encodeResult(part, context)] : [],
      );
    case 'user': {
      if (isOwn(turn) && context.traits.isTextOnly !== true) {
        for (const part of turn.parts) noteRemoteImage(part, { ...context, at });
        return [turn.origin.raw];
      }
      const content = encodeContent(turn.parts, { ...context, at });
      return content === undefined ? [] : [defined({ role: 'user', name: turn.name, content })];
    }
  }
}

function isOwn(turn: Turn): turn is Turn & Required<Pick<Turn, 'origin'>> {
  return turn.origin?.family === 'openai-chat';
}

function encodeResult(result: ToolResultPart, context: TurnContext): JsonObject {
  const { callId, content, isError } = result;
  const rule = context.traits.callIds ?? callIdRules['openai-chat'];
  const callAlias = aliasCallId(callId, rule);
  const { origin } = result;
  if (origin?.family === 'openai-chat' && context.traits.isTextOnly !== true) {
    return callAlias === callId ? origin.raw : { ...origin.raw, tool_call_id: callAlias };
  }
  const words = content.flatMap((part) =>
    part.kind === 'text' ? [part.text] : part.kind === 'media' ? [placeholderOf(callId, part)] : [],
  );
  const text = words.join('\n');
  if (isError === true) {
    const at = `turns[${context.index}].is_error`;
    context.losses.add('info', 'approximated', at, 'the failure is said in words');
  }
  return {
    role: 'tool',
    tool_call_id: callAlias,
    content: isError === true && !text.startsWith('Error') ? `Error: ${text}` : text,
  };
}

function placeholderOf(callId: string, part: Part): string {
  const kind = part.kind === 'media' ? part.media : 'part';
  return `[${kind} of ${callId} follows]`;
}

/**
 * Tool messages are text: what is none goes to what the user says next, labelled with the call that it belongs to.
 */
function moveMedia(turns: readonly Turn[], { losses }: MessageContext): readonly Turn[] {
  const moved: Turn[] = [];
  let waiting: readonly Part[] = [];
  turns.forEach((turn, index) => {
    if (waiting.length > 0) {
      const isUser = turn.role === 'user';
      moved.push({ role: 'user', parts: isUser ? [...waiting, ...turn.parts] : waiting });
      if (!isUser) moved.push(turn);
    } else moved.push(turn);
    waiting = turn.role === 'tool' ? turn.parts.flatMap(mediaOf) : [];
    if (waiting.length > 0) {
      losses.add(
        'warn',
        'approximated',
        `turns[${index}]`,
        'media of results follow as user parts',
      );
    }
  });
  return waiting.length === 0 ? moved : [...moved, { role: 'user', parts: waiting }];
}

function mediaOf(part: Part): readonly Part[] {
  if (part.kind !== 'tool-result' || part.origin?.family === 'openai-chat') return [];
  return part.content.flatMap((inner): Part[] =>
    inner.kind === 'media'
      ? [{ kind: 'text', text: `[${inner.media} of ${part.callId}]` }, inner]
      : [],
  );
}
