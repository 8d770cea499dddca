import type { OpaqueState, Part, ReasoningPart, ToolCallPart } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { parseArguments, wrapCustomInput } from '../../translate/tool-arguments.ts';
import type { JsonObject } from '../../wire/json-object.ts';

export interface AnswerBlockContext {
  isLatest: boolean;
  seal: (state: OpaqueState) => string;
  losses: LossList;
}

/** The blocks that a part of an answer is to a client; none for what has no form here. */
export function encodeAnswerPart(part: Part, context: AnswerBlockContext): JsonObject[] {
  if (part.origin?.family === 'anthropic') return [part.origin.raw];
  const { losses, isLatest } = context;
  switch (part.kind) {
    case 'text':
    case 'refusal':
      if (part.kind === 'text' && part.annotations !== undefined) {
        losses.add('info', 'dropped', 'answer.annotations', 'sources have no form here');
      }
      return part.text === ''
        ? []
        : [{ type: 'text', text: part.text, ...(isLatest && { citations: null }) }];
    case 'reasoning':
      return encodeThoughts(part, context);
    case 'tool-call':
      if (part.tool !== 'hosted') return [encodeCall(part, context)];
      losses.add('info', 'dropped', 'answer.tool_call', 'a step that the upstream ran itself');
      return [];
    case 'provider-item':
      if (part.family === 'anthropic') return [part.raw as JsonObject];
      losses.add('info', 'dropped', `answer.${part.itemType}`, 'it has no form here');
      return [];
    case 'media':
      losses.add('fatal', 'dropped', `answer.${part.media}`, 'answers are text here');
      return [];
    case 'tool-result':
      return [];
  }
}

/** One block holds one signature: what more there is follows in blocks that only carry it. */
function encodeThoughts(part: ReasoningPart, context: AnswerBlockContext): JsonObject[] {
  const sealed = (part.state ?? []).map((state) => sealState(state, context.seal));
  const text = thoughtText(part);
  if (part.isRedacted === true && text === '') {
    return sealed.map((data) => ({ type: 'redacted_thinking', data }));
  }
  const [signature = '', ...more] = sealed;
  if (text === '' && signature === '') return [];
  return [
    { type: 'thinking', thinking: text, signature },
    ...more.map((data) => ({ type: 'redacted_thinking', data })),
  ];
}

export function thoughtText({ text, summary }: ReasoningPart): string {
  return text ?? (summary ?? []).join('\n\n');
}

/** State of its own family needs no capsule. */
export function sealState(state: OpaqueState, seal: (state: OpaqueState) => string): string {
  return state.family === 'anthropic' ? state.value : seal(state);
}

function encodeCall(
  { callId, name, tool, argumentsJson, input = '' }: ToolCallPart,
  { isLatest, losses }: AnswerBlockContext,
): JsonObject {
  const json = tool === 'custom' ? wrapCustomInput(input) : argumentsJson;
  const { value, isBroken } = parseArguments(json);
  if (isBroken) losses.add('warn', 'repaired', 'answer.tool_call', 'arguments that are no JSON');
  return {
    type: 'tool_use',
    id: callId,
    name,
    input: value,
    ...(isLatest && { caller: { type: 'direct' } }),
  };
}
