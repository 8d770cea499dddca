import type { CanonicalRequest, Part, Turn } from '@turnpike/core';
import { arrangeTurns } from '../../translate/arrange-turns.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import {
  encodeRequestPart,
  noteRemoteMedia,
  type RequestBlockContext,
} from './encode-request-blocks.ts';

export interface TurnsContext extends Omit<RequestBlockContext, 'at'> {
  /** Also a conversation that came from this family is put in order: its upstream is stricter than Anthropic. */
  isRearranged?: boolean;
}

interface Message {
  role: 'user' | 'assistant';
  content: JsonObject[];
}

/** What stands where a conversation must begin with, or hold, words of the user and there are none. */
const placeholder = '...';

/**
 * The messages of a request: neighbours of one role are one message, the first is the user's, and results stand before
 * what else the user says. A conversation that came from this family and was not touched is what it was.
 */
export function encodeTurns(request: CanonicalRequest, context: TurnsContext): JsonObject[] {
  if (context.isRearranged !== true && request.turns.every(isUntouched)) {
    request.turns.forEach(({ parts }, index) => {
      for (const part of parts) noteRemoteMedia(part, { ...context, at: `turns[${index}]` });
    });
    return request.turns.map(({ origin }) => origin?.raw ?? {});
  }
  const { turns, losses } = arrangeTurns(request.turns);
  context.losses.losses.push(...losses);
  const messages: Message[] = [];
  turns.forEach((turn, index) => {
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const content = encodeTurn(turn, { ...context, at: `turns[${index}]` });
    const before = messages.at(-1);
    if (before?.role === role) before.content.push(...content);
    else if (content.length > 0) messages.push({ role, content });
  });
  if (messages[0]?.role !== 'user') {
    messages.unshift({ role: 'user', content: [{ type: 'text', text: placeholder }] });
  }
  return messages.map((message) =>
    message.role === 'assistant' ? arrangeAssistant(message) : arrangeUser(message),
  );
}

function isUntouched({ origin }: Turn): boolean {
  return origin?.family === 'anthropic';
}

function encodeTurn(turn: Turn, context: RequestBlockContext): JsonObject[] {
  switch (turn.role) {
    case 'system':
    case 'developer': {
      const text = turn.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('\n\n');
      if (text.trim() === '') return [];
      context.losses.add('info', 'approximated', context.at, 'instructions amid the conversation');
      return [{ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }];
    }
    case 'user':
    case 'tool':
      return turn.parts.flatMap((part: Part) => encodeRequestPart(part, context));
    case 'assistant':
      return turn.parts.flatMap((part: Part) =>
        encodeRequestPart(part, { ...context, isSaidByModel: true }),
      );
  }
}

/** Results go first. */
function arrangeUser({ role, content }: Message): JsonObject {
  const isResult = ({ type }: JsonObject): boolean => type === 'tool_result';
  const results = content.filter(isResult);
  if (results.length === 0) return { role, content };
  return { role, content: [...results, ...content.filter((block) => !isResult(block))] };
}

/** Thoughts go before the words that they led to, wherever a message of a chat had them. */
function arrangeAssistant({ role, content }: Message): JsonObject {
  const firstCall = content.findIndex(({ type }) => type === 'tool_use');
  if (firstCall < 0) return { role, content };
  const calls = content.filter(({ type }) => type === 'tool_use');
  const rest = content.filter(({ type }) => type !== 'tool_use');
  const isInterleaved = content
    .slice(firstCall)
    .some(({ type }) => type !== 'tool_use' && type !== 'text');
  return isInterleaved ? { role, content } : { role, content: [...rest, ...calls] };
}
