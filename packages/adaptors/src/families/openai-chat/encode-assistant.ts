import type { Part, ReasoningPart, ToolCallPart, Turn } from '@turnpike/core';
import { aliasCallId, callIdRules } from '../../translate/call-ids.ts';
import { wrapCustomInput } from '../../translate/tool-arguments.ts';
import { defined } from '../../wire/defined.ts';
import { parseJson, type JsonObject } from '../../wire/json-object.ts';
import { encodeContent } from './encode-content.ts';
import type { TurnContext } from './encode-messages.ts';

/** One assistant's turn as its message. What stood between its words and calls is not told any more. */
export function encodeAssistant(turn: Turn, context: TurnContext): JsonObject[] {
  const at = `turns[${context.index}]`;
  if (turn.origin?.family === 'openai-chat' && isAcceptable(turn, context)) {
    return [turn.origin.raw];
  }
  const calls = turn.parts.filter(
    (part): part is ToolCallPart => part.kind === 'tool-call' && part.tool !== 'hosted',
  );
  const said = turn.parts.filter(({ kind }) => kind === 'text' || kind === 'refusal');
  noteOmitted(turn.parts, context);
  if (context.isLast && calls.length === 0 && context.traits.prefill === undefined) {
    // An answer that was begun: most upstreams would answer to it instead of going on.
    context.losses.add('warn', 'dropped', at, 'this upstream does not continue a begun answer');
    return [];
  }
  const content = joinTexts(encodeContent(said, { ...context, at }));
  if (content === undefined && calls.length === 0) return [];
  return [
    defined({
      role: 'assistant',
      content: content ?? null,
      ...encodeThoughts(turn, context),
      tool_calls: calls.length === 0 ? undefined : calls.map((call) => encodeCall(call, context)),
      ...(context.isLast && calls.length === 0 ? prefillMember(context) : {}),
    }),
  ];
}

/** A message of a chat goes as it came, unless this upstream wants thoughts or ids otherwise. */
function isAcceptable({ parts }: Turn, { traits }: TurnContext): boolean {
  const hasThoughts = parts.some(({ kind }) => kind === 'reasoning');
  if (hasThoughts || traits.isTextOnly === true) return false;
  const rule = traits.callIds ?? callIdRules['openai-chat'];
  return parts.every(
    (part) => part.kind !== 'tool-call' || aliasCallId(part.callId, rule) === part.callId,
  );
}

function joinTexts(content: string | readonly JsonObject[] | undefined): unknown {
  if (content === undefined || typeof content === 'string') return content;
  const isPlain = content.every((part) => part['type'] === 'text' && !('cache_control' in part));
  return isPlain ? content.map((part) => String(part['text'])).join('') : content;
}

function prefillMember({ traits }: TurnContext): JsonObject {
  return traits.prefill === undefined || traits.prefill === 'plain'
    ? {}
    : { [traits.prefill]: true };
}

/** A custom tool is offered as a function, so its call is one too. */
function encodeCall(call: ToolCallPart, { traits, aliasName }: TurnContext): JsonObject {
  const { callId, name, tool, argumentsJson = '', input = '', origin } = call;
  const id = aliasCallId(callId, traits.callIds ?? callIdRules['openai-chat']);
  if (origin?.family === 'openai-chat') return { ...origin.raw, id };
  const json = tool === 'custom' ? wrapCustomInput(input) : argumentsJson;
  const signature = call.state?.find(({ kind }) => kind === 'thought-signature')?.value;
  return {
    id,
    type: 'function',
    function: { name: aliasName(name), arguments: json.trim() === '' ? '{}' : json },
    ...(call.state?.[0]?.family === 'openai-chat' &&
      signature !== undefined && {
        extra_content: { google: { thought_signature: signature } },
      }),
  };
}

function encodeThoughts(turn: Turn, context: TurnContext): JsonObject {
  const thoughts = turn.parts.filter((part): part is ReasoningPart => part.kind === 'reasoning');
  const text = thoughts.map((part) => part.text ?? (part.summary ?? []).join('\n\n')).join('');
  const hasCalls = turn.parts.some(({ kind }) => kind === 'tool-call');
  switch (context.traits.reasoningEcho) {
    case 'with-calls':
      return hasCalls || text !== '' ? { reasoning_content: text } : {};
    case 'in-tool-loop':
      return context.isInLoop && text !== '' ? { reasoning_content: text } : {};
    case 'details': {
      const details = thoughts.flatMap((part) => detailsOf(part, context));
      if (details.length > 0) return { reasoning_details: details };
      return text === '' ? {} : { reasoning: text };
    }
    default:
      if (thoughts.length > 0) {
        const at = `turns[${context.index}].reasoning`;
        context.losses.add('info', 'dropped', at, 'this upstream takes no thoughts back');
      }
      return {};
  }
}

/** The details that this very upstream gave. */
function detailsOf({ state = [] }: ReasoningPart, { scope }: TurnContext): unknown[] {
  return state
    .filter(
      (item) => item.family === 'openai-chat' && (item.scope === undefined || item.scope === scope),
    )
    .flatMap(({ value }) => parseJson(value) ?? []);
}

function noteOmitted(parts: readonly Part[], { losses, index }: TurnContext): void {
  const at = `turns[${index}]`;
  const firstCall = parts.findIndex(({ kind }) => kind === 'tool-call');
  const isInterleaved =
    firstCall >= 0 && parts.slice(firstCall).some(({ kind }) => kind === 'text');
  if (isInterleaved) losses.add('info', 'reordered', at, 'words behind a call go before it');
  for (const part of parts) {
    const isHosted = part.kind === 'tool-call' && part.tool === 'hosted';
    const isForeign = part.kind === 'provider-item' && part.family !== 'openai-chat';
    if (isHosted || isForeign || part.kind === 'tool-result' || part.kind === 'media') {
      losses.add('warn', 'dropped', `${at}.${part.kind}`, 'a step that the upstream ran itself');
    }
  }
}
