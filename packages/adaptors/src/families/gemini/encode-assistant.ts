import {
  isCapsule,
  type JsonRecord,
  type OpaqueState,
  type Part,
  type ToolCallPart,
  type Turn,
} from '@turnpike/core';
import { parseArguments, wrapCustomInput } from '../../translate/tool-arguments.ts';
import { aliasToolName, toolNameRules } from '../../translate/tool-names.ts';
import type { EncodeContext } from './encode-context.ts';
import { encodeMedia } from './encode-media.ts';

type MutablePart = Record<string, unknown>;

/**
 * Stands in for a signature that got lost. Gemini 3 refuses a call of its history without one.
 *
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const skipSignature = 'skip_thought_signature_validator';

/** The parts of what the model said before. */
export function encodeAssistantParts(turn: Turn, at: string, context: EncodeContext): JsonRecord[] {
  const parts: MutablePart[] = [];
  /** Signatures that came apart from what they sign, because the client's protocol has no other place. */
  const loose: string[] = [];
  for (const [index, part] of turn.parts.entries()) {
    const place = `${at}.parts[${index}]`;
    const encoded = encodePart(part, place, context);
    if (encoded !== undefined) parts.push({ ...encoded });
    else if (part.kind === 'reasoning') loose.push(...signaturesOf(part, context));
  }
  placeSignatures(parts, loose);
  signFirstCall(parts, at, context);
  return parts;
}

function encodePart(part: Part, at: string, context: EncodeContext): MutablePart | undefined {
  if (part.origin?.family === 'gemini') return { ...part.origin.raw };
  const [thoughtSignature] = signaturesOf(part, context);
  const signed = thoughtSignature === undefined ? {} : { thoughtSignature };
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' && thoughtSignature === undefined
        ? undefined
        : { text: part.text, ...signed };
    case 'reasoning':
      noteThoughts(part, at, context);
      return undefined;
    case 'media': {
      const encoded = encodeMedia(part, at, context);
      return encoded && { ...encoded, ...signed };
    }
    case 'tool-call':
      return encodeCall(part, signed, at, context);
    case 'tool-result':
      context.losses.add('warn', 'dropped', at, 'what a hosted tool of another provider answered');
      return undefined;
    case 'provider-item':
      if (part.family === 'gemini') return { ...(part.raw as JsonRecord) };
      context.losses.add('warn', 'dropped', at, `an item of another protocol (${part.family})`);
      return undefined;
  }
}

function encodeCall(
  part: ToolCallPart,
  signed: MutablePart,
  at: string,
  context: EncodeContext,
): MutablePart | undefined {
  if (part.tool === 'hosted') {
    if (part.hosted?.family === 'gemini') return { ...part.hosted.raw };
    context.losses.add('warn', 'dropped', at, 'a call of a hosted tool of another provider');
    return undefined;
  }
  const text = part.tool === 'custom' ? wrapCustomInput(part.input ?? '') : part.argumentsJson;
  const { value, isBroken } = parseArguments(text);
  if (isBroken)
    context.losses.add(
      'warn',
      'approximated',
      at,
      'arguments that are no JSON object were wrapped',
    );
  const name = aliasToolName(part.name, toolNameRules.gemini);
  const id = sendsCallIds(context) ? { id: part.callId } : {};
  return { functionCall: { ...id, name, args: value }, ...signed };
}

/** Vertex and models before Gemini 3 refuse ids. */
export function sendsCallIds({ facts, target }: EncodeContext): boolean {
  return facts.generation === '3' && target.dialect.gemini?.hasCallIds !== false;
}

/** Signatures of this upstream only: those of other families, models and accounts mean nothing to it. */
function signaturesOf(part: Part, { target }: EncodeContext): string[] {
  return (part.state ?? [])
    .filter((state) => isOurs(state, target.scope))
    .map(({ value }) => value);
}

/** A capsule that nobody opened is none either. */
function isOurs({ family, kind, scope, value }: OpaqueState, targetScope: string): boolean {
  return (
    family === 'gemini' &&
    kind === 'thought-signature' &&
    (scope === undefined || scope === targetScope) &&
    !isCapsule(value)
  );
}

function noteThoughts(part: Part, at: string, context: EncodeContext): void {
  const foreign = (part.state ?? []).some(({ family }) => family !== 'gemini');
  if (foreign)
    context.losses.add('warn', 'dropped', at, 'the state of thoughts of another provider');
  else if ((part.state ?? []).length === 0)
    context.losses.add('info', 'dropped', at, 'thoughts of an earlier turn');
}

/** Calls come first, because they are refused without; then the last text; else a part of its own. */
function placeSignatures(parts: MutablePart[], loose: readonly string[]): void {
  const calls = parts.filter((part) => isCall(part) && part['thoughtSignature'] === undefined);
  for (const [index, signature] of loose.entries()) {
    const target = calls[index] ?? parts.findLast(isUnsignedText);
    if (target === undefined) parts.push({ text: '', thoughtSignature: signature });
    else target['thoughtSignature'] = signature;
  }
}

function signFirstCall(parts: MutablePart[], at: string, context: EncodeContext): void {
  if (context.facts.generation !== '3') return;
  const calls = parts.filter(isCall);
  const [first] = calls;
  if (first === undefined || calls.some((part) => part['thoughtSignature'] !== undefined)) return;
  first['thoughtSignature'] = skipSignature;
  context.losses.add('warn', 'approximated', at, 'a call without its signature is not validated');
}

function isCall(part: MutablePart): boolean {
  return part['functionCall'] !== undefined;
}

function isUnsignedText(part: MutablePart): boolean {
  return typeof part['text'] === 'string' && part['thoughtSignature'] === undefined;
}
