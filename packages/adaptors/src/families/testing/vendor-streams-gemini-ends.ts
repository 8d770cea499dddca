import { geminiStream as makeStream, counted, counts, frame, stop } from './gemini-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

const grounded = {
  webSearchQueries: ['cats'],
  groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
};

/** Streams of Gemini that end in rare ways, or bring what is rare. */
export const geminiEndStreams: readonly VendorStream[] = [
  ...(
    [
      ['SPII', 'content-filter'],
      ['LANGUAGE', 'content-filter'],
      ['IMAGE_SAFETY', 'content-filter'],
      ['UNEXPECTED_TOOL_CALL', 'malformed-call'],
      ['MISSING_THOUGHT_SIGNATURE', 'malformed-call'],
      ['OTHER', 'other'],
      ['SOMETHING_NEW', 'other'],
    ] as const
  ).map(([reason, finish]) =>
    makeStream(
      `an end for ${reason}`,
      [[{ text: 'So ' }], [{ text: 'far' }]],
      { text: 'So far', finish },
      { end: { finishReason: reason, finishMessage: 'Because.' } },
    ),
  ),
  makeStream(
    'calls without ids, one in each frame, and nothing in the last one',
    [
      [{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2lnMQ==' }],
      [{ functionCall: { name: 'f', args: { a: 2 } } }],
      [{ text: '' }],
    ],
    {
      calls: [
        { name: 'f', input: { a: 1 } },
        { name: 'f', input: { a: 2 } },
      ],
    },
  ),
  {
    name: 'figures in every frame, growing, with those of tools',
    events: [
      frame(
        [{ text: 'Hm.', thought: true }],
        {},
        {
          ...counts({
            candidatesTokenCount: undefined,
            thoughtsTokenCount: 1,
            totalTokenCount: 21,
          }),
        },
      ),
      frame([{ text: 'So ' }], {}, counts({ candidatesTokenCount: 3 })),
      frame([{ text: 'it is.' }], stop, counts({ toolUsePromptTokenCount: 5 })),
    ],
    whole: frame([{ text: 'Hm.', thought: true }, { text: 'So it is.' }], stop, {
      ...counts({ toolUsePromptTokenCount: 5 }),
    }),
    says: { ...counted, input: 25, thoughts: 'Hm.', text: 'So it is.' },
  },
  {
    name: 'a prompt that is not answered, with why and with figures',
    events: [
      {
        promptFeedback: {
          blockReason: 'SAFETY',
          blockReasonMessage: 'Not this.',
          safetyRatings: [
            { category: 'HARM_CATEGORY_HARASSMENT', probability: 'HIGH', blocked: true },
          ],
        },
        usageMetadata: { promptTokenCount: 20, totalTokenCount: 20 },
        modelVersion: 'gemini-3-pro-preview',
        responseId: 'r_t',
      },
    ],
    says: { input: 20, output: 0, finish: 'content-filter' },
  },
  makeStream(
    'code that ran too long, and words behind it',
    [
      [{ executableCode: { language: 'PYTHON', code: 'while True: pass' } }],
      [{ codeExecutionResult: { outcome: 'OUTCOME_DEADLINE_EXCEEDED', output: 'cut' } }],
      [{ text: 'Too long.' }],
    ],
    // Chat shows the code as text before it.
    { text: 'Too long.', pictures: [] },
  ),
  makeStream(
    'sources beside a call, where there are no words to hang them on',
    [[{ functionCall: { id: 'fc_1', name: 'f', args: {} } }]],
    { calls: [{ name: 'f', input: {} }], found: ['https://a.example/'] },
    { end: { ...stop, groundingMetadata: grounded } },
  ),
  makeStream(
    'speech',
    [[{ inlineData: { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAECAwQF' } }]],
    { pictures: ['AAECAwQF'] },
  ),
];
