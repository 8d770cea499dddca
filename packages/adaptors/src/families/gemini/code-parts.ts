import type { JsonRecord, ToolCallPart, ToolResultPart } from '@turnpike/core';
import type { JsonObject } from '../../wire/json-object.ts';
import { member, textMember } from './member.ts';

const name = 'code_execution';

/** Code that Google ran: of an answer, or of one that a client brings back. */
export function codeCall(part: JsonObject, code: JsonObject, callId: string): ToolCallPart {
  const { language, code: source } = code;
  const spoken = typeof language === 'string' ? language.toLowerCase() : undefined;
  return {
    kind: 'tool-call',
    callId,
    name,
    tool: 'hosted',
    argumentsJson: JSON.stringify({ language, code: source }),
    hosted: { kind: 'code-execution', family: 'gemini', raw: part },
    step: {
      kind: 'code',
      code: typeof source === 'string' ? source : '',
      ...(spoken !== undefined && spoken !== unnamed && { language: spoken }),
      isShown: true,
    },
  };
}

/** What it printed. */
export function codeResult(result: JsonObject, callId: string): ToolResultPart {
  const text = textMember(result, 'output');
  const isError = (member(result, 'outcome') ?? good) !== good;
  return {
    kind: 'tool-result',
    callId,
    name,
    tool: 'hosted',
    ...(isError && { isError }),
    content: text === undefined ? [] : [{ kind: 'text', text }],
    outcome: { kind: 'output', text: text ?? '', isShown: true },
  };
}

const good = 'OUTCOME_OK';
const unnamed = 'language_unspecified';

/** Code that another upstream ran; undefined for every other step. */
export function encodeCodeCall({ step }: ToolCallPart): JsonRecord | undefined {
  if (step?.kind !== 'code') return undefined;
  // Google knows one language by name.
  const language = step.language === 'python' ? 'PYTHON' : 'LANGUAGE_UNSPECIFIED';
  return { executableCode: { language, code: step.code } };
}

/** What that code printed. */
export function encodeCodeResult({ outcome, isError }: ToolResultPart): JsonRecord | undefined {
  if (outcome?.kind !== 'output') return undefined;
  const { text, errorText = '', exitCode = 0 } = outcome;
  const isGood = isError !== true && exitCode === 0;
  const output = text === '' || errorText === '' ? text + errorText : `${text}\n${errorText}`;
  return { codeExecutionResult: { outcome: isGood ? good : 'OUTCOME_FAILED', output } };
}
