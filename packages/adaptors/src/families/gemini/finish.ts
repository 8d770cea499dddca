import type { Finish, FinishReason } from '@turnpike/core';

const reasonOf: Readonly<Record<string, FinishReason>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  MALFORMED_FUNCTION_CALL: 'malformed-call',
  UNEXPECTED_TOOL_CALL: 'malformed-call',
  TOO_MANY_TOOL_CALLS: 'malformed-call',
  MISSING_THOUGHT_SIGNATURE: 'malformed-call',
  CONTINUATION: 'pause',
};

/** What an upstream's `finishReason` means. It says `STOP` for calls too. */
export function readFinish(raw: string, hasCalls: boolean): Finish {
  const reason = reasonOf[raw] ?? 'other';
  return { reason: reason === 'stop' && hasCalls ? 'tool-calls' : reason, raw };
}

const rawOf: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'context-window': 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  pause: 'CONTINUATION',
  'malformed-call': 'MALFORMED_FUNCTION_CALL',
  error: 'OTHER',
  other: 'OTHER',
};

/** A finish as clients of this family read it: one that came from this family keeps its words. */
export function encodeFinish({ reason, raw }: Finish): string {
  return raw !== undefined && raw in reasonOf ? raw : rawOf[reason];
}
