/** What ends an answer on the byte plane that the budget cut. */
export function encodeGeminiBudgetCut(model: string): Buffer {
  const last = {
    candidates: [
      { content: { role: 'model', parts: [{ text: '' }] }, finishReason: 'MAX_TOKENS', index: 0 },
    ],
    modelVersion: model,
  };
  return Buffer.from(`data: ${JSON.stringify(last)}\n\n`);
}
