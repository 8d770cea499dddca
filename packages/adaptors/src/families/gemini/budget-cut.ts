import type { JsonRecord } from '@turnpike/core';

/** What ends an answer that the budget cut. */
export function lengthFinish(model: string): JsonRecord {
  return {
    candidates: [
      { content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'MAX_TOKENS', index: 0 },
    ],
    modelVersion: model,
  };
}

/** The same as the last event of a stream. */
export function encodeGeminiBudgetCut(model: string): Buffer {
  return Buffer.from(`data: ${JSON.stringify(lengthFinish(model))}\n\n`);
}
