import type { VendorStream } from './vendor-stream.ts';

export const frame = (
  parts: readonly object[],
  more: object = {},
  beside: object = {},
): object => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  modelVersion: 'gemini-3-pro-preview',
  responseId: 'r_t',
  ...beside,
});
export const counts = (more: object = {}): object => ({
  usageMetadata: {
    promptTokenCount: 20,
    cachedContentTokenCount: 4,
    candidatesTokenCount: 7,
    thoughtsTokenCount: 2,
    totalTokenCount: 29,
    trafficType: 'ON_DEMAND',
    ...more,
  },
});
export const counted = { input: 20, cached: 4, output: 9 };
export const stop = { finishReason: 'STOP' };

/** A stream whose whole answer is one frame with all of its parts. */
export function geminiStream(
  name: string,
  frames: readonly (readonly object[])[],
  says: VendorStream['says'],
  { end = stop, more = {} }: { end?: object; more?: object } = {},
): VendorStream {
  const last = frames.length - 1;
  return {
    name,
    events: frames.map((parts, index) =>
      index === last ? frame(parts, end, counts(more)) : frame(parts),
    ),
    whole: frame(frames.flat(), end, counts(more)),
    says: { ...counted, ...says },
  };
}
