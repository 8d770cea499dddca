import { probeJson, type JsonProbe, type SpliceEdit } from '@turnpike/adaptors';
import type { Family } from '@turnpike/core';

export interface SystemPromptEdit {
  edit: SpliceEdit;
  /** The client had a system prompt of its own, and it is replaced. */
  isReset: boolean;
}

/**
 * A channel's system prompt in the place of the client's, or as the first where there is none (One API's rule).
 * Undefined where the body has no conversation.
 */
export function planSystemPrompt(
  family: Family,
  probe: JsonProbe,
  systemPrompt: string,
): SystemPromptEdit | undefined {
  if (family === 'openai-chat') return planChatPrompt(probe, systemPrompt);
  const keys = promptKeys[family];
  const present = keys.find((key) => (probe.last(key)?.kind ?? 'null') !== 'null');
  const json =
    family === 'gemini'
      ? JSON.stringify({ parts: [{ text: systemPrompt }] })
      : JSON.stringify(systemPrompt);
  return {
    edit: { op: 'set', key: present ?? keys[0], json },
    isReset: present !== undefined,
  };
}

/** Where each family has its system prompt; the first name is written where none is there. */
const promptKeys = {
  'openai-responses': ['instructions'],
  anthropic: ['system'],
  gemini: ['systemInstruction', 'system_instruction'],
} as const;

/** In the place of the content of a leading system message, else as a message before all others. */
function planChatPrompt(probe: JsonProbe, systemPrompt: string): SystemPromptEdit | undefined {
  const messages = probe.last('messages');
  if (messages?.kind !== 'array') return undefined;
  const json = JSON.stringify(systemPrompt);
  const bytes = probe.body.subarray(messages.valueStart, messages.valueEnd);
  const first = findFirstObject(bytes);
  const message =
    first === undefined ? undefined : probeJson(bytes.subarray(first.start, first.end));
  const content = message?.last('content');
  if (
    first === undefined ||
    message === undefined ||
    content === undefined ||
    message.scalar(message.last('role')) !== 'system'
  ) {
    return {
      edit: { op: 'array_prepend', key: 'messages', json: `{"role":"system","content":${json}}` },
      isReset: false,
    };
  }
  const before = bytes.toString('utf8', 0, first.start + content.valueStart);
  const after = bytes.toString('utf8', first.start + content.valueEnd);
  return { edit: { op: 'set', key: 'messages', json: before + json + after }, isReset: true };
}

/** The range of an array's first element, where that is an object. The array is known to be valid JSON. */
function findFirstObject(array: Buffer): { start: number; end: number } | undefined {
  const start = array.indexOf('{');
  if (start === -1 || array.toString('latin1', 1, start).trim() !== '') return undefined;
  let depth = 0;
  for (let at = start; at < array.length; at += 1) {
    const byte = array[at];
    if (byte === 0x22) at = endOfString(array, at);
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth === 0) return { start, end: at + 1 };
  }
  return undefined;
}

/** Offset of the quote that closes the string opened at `quote`. */
function endOfString(bytes: Buffer, quote: number): number {
  let at = quote + 1;
  while (bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1;
  return at;
}
