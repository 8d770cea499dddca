import { halves } from './render-chat.ts';
import { bill, type Answer } from './scene.ts';

const ends = { stop: 'STOP', length: 'MAX_TOKENS', calls: 'STOP' } as const;

const usageMetadata = {
  promptTokenCount: bill.input,
  cachedContentTokenCount: bill.cached,
  candidatesTokenCount: bill.output - bill.thoughts,
  thoughtsTokenCount: bill.thoughts,
  totalTokenCount: bill.input + bill.output,
};

/** A signature as only Google could have made it. */
export const thoughtSignature = 'c2lnbmVkLWJ5LWdvb2dsZQ==';

export function renderGemini(answer: Answer): object {
  return response(partsOf(answer), ends[answer.end]);
}

function partsOf({ thoughts, text, calls }: Answer, cut = (whole: string) => [whole]): object[] {
  return [
    ...(thoughts === undefined
      ? []
      : cut(thoughts).map((piece) => ({ text: piece, thought: true }))),
    ...(text === undefined ? [] : cut(text).map((piece) => ({ text: piece }))),
    ...(calls ?? []).map(({ name, input }, index) => ({
      functionCall: { name, args: input },
      ...(index === 0 && { thoughtSignature }),
    })),
  ];
}

function response(parts: readonly object[], finishReason?: string): object {
  const candidate = { content: { role: 'model', parts }, index: 0 };
  return {
    candidates: [finishReason === undefined ? candidate : { ...candidate, finishReason }],
    usageMetadata,
    modelVersion: 'upstream-gemini',
    responseId: 'gem-1',
  };
}

export function streamGemini(answer: Answer): string[] {
  const parts = partsOf(answer, halves);
  const frames = parts.map((part, index) =>
    response([part], index === parts.length - 1 ? ends[answer.end] : undefined),
  );
  return frames.map((frame) => `data: ${JSON.stringify(frame)}\r\n\r\n`);
}
