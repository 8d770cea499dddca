import type {
  MediaPart,
  OpaqueState,
  Part,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
} from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { parseArguments, wrapCustomInput } from '../../translate/tool-arguments.ts';
import { asObject, type JsonObject } from '../../wire/json-object.ts';
import { CitationList, encodeCitations } from './encode-citations.ts';
import { encodeHostedCall, encodeHostedResult } from './encode-hosted-blocks.ts';
import { isMadeHere } from './made-here.ts';

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
      return encodeText(part, context);
    case 'reasoning':
      return encodeThoughts(part, context);
    case 'tool-call':
      if (part.tool !== 'hosted') return [encodeCall(part, context)];
      return orLoss(encodeHostedCall(part, isLatest), 'answer.tool_call', losses);
    case 'provider-item':
      if (part.family === 'anthropic' && !isMadeHere(asObject(part.raw)?.['id']))
        return [part.raw as JsonObject];
      losses.add('info', 'dropped', `answer.${part.itemType}`, 'it has no form here');
      return [];
    case 'media':
      noteMedia(part.media, part.transcript !== undefined, losses);
      return part.transcript === undefined
        ? []
        : encodeText({ kind: 'text', text: part.transcript }, context);
    case 'tool-result':
      if (part.outcome?.kind === 'page' && part.isError !== true)
        losses.add('info', 'approximated', 'answer.tool_result', 'what a page says is not told');
      return orLoss(encodeHostedResult(part, isLatest), 'answer.tool_result', losses);
  }
}

/** Answers are text here: of speech its words are left, of everything else nothing. */
export function noteMedia(media: MediaPart['media'], hasWords: boolean, losses: LossList): void {
  const at = `answer.${media}`;
  if (hasWords) losses.add('warn', 'approximated', at, 'speech is told by its words here');
  else losses.add('fatal', 'dropped', at, 'answers are text here');
}

function orLoss(block: JsonObject | undefined, at: string, losses: LossList): JsonObject[] {
  if (block !== undefined) return [block];
  losses.add('info', 'dropped', at, 'a step that the upstream ran itself');
  return [];
}

function encodeText(
  part: TextPart | RefusalPart,
  { isLatest, losses }: AnswerBlockContext,
): JsonObject[] {
  const annotations = (part.kind === 'text' ? part.annotations : undefined) ?? [];
  if (part.text === '') {
    if (annotations.length > 0) new CitationList(losses).drop();
    return [];
  }
  const citations = encodeCitations(annotations, losses);
  const none = isLatest ? { citations: null } : {};
  return [{ type: 'text', text: part.text, ...(citations.length > 0 ? { citations } : none) }];
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

function thoughtText({ text, summary }: ReasoningPart): string {
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
