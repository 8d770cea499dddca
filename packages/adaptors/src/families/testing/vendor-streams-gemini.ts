import type { VendorStream } from './vendor-stream.ts';

const frame = (candidate: object | undefined, more: object = {}): object => ({
  ...(candidate !== undefined && { candidates: [{ index: 0, ...candidate }] }),
  modelVersion: 'gemini-3-pro',
  responseId: 'r1',
  ...more,
});
const parts = (...list: object[]): object => ({ content: { role: 'model', parts: list } });
const counted = (
  promptTokenCount: number,
  candidatesTokenCount: number,
  more: object = {},
): object => ({
  usageMetadata: {
    promptTokenCount,
    candidatesTokenCount,
    totalTokenCount: promptTokenCount + candidatesTokenCount,
    ...more,
  },
});

/** Streams of Gemini: what Google may send. */
export const geminiStreams: readonly VendorStream[] = [
  {
    name: 'a finish in every frame, as older models send it',
    unreadBy: ['gemini'],
    events: [
      frame({ ...parts({ text: 'Hi ' }), finishReason: 'STOP' }),
      frame({ ...parts({ text: 'you' }), finishReason: 'STOP' }, counted(4, 2)),
    ],
    says: { text: 'Hi you', input: 4, output: 2 },
  },
  {
    name: 'a last frame without content, or without candidates',
    events: [
      frame(parts({ text: 'Hi' })),
      frame({ content: { role: 'model' }, finishReason: 'STOP' }),
      frame(undefined, counted(4, 1, { thoughtsTokenCount: 2 })),
    ],
    says: { text: 'Hi', input: 4, output: 3 },
  },
  {
    name: 'a prompt that is not answered',
    events: [
      frame(undefined, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...counted(4, 0) }),
    ],
    says: { finish: 'content-filter' },
  },
  {
    name: 'an answer that is cut for safety, without content',
    events: [
      frame(parts({ text: 'Hi' })),
      frame(
        {
          finishReason: 'SAFETY',
          safetyRatings: [
            { category: 'HARM_CATEGORY_HARASSMENT', probability: 'HIGH', blocked: true },
          ],
        },
        counted(4, 1),
      ),
    ],
    says: { text: 'Hi', finish: 'content-filter', input: 4, output: 1 },
  },
  {
    name: 'a recitation and where it is from',
    events: [
      frame(
        {
          ...parts({ text: 'To be' }),
          finishReason: 'RECITATION',
          citationMetadata: {
            citationSources: [{ startIndex: 0, endIndex: 5, uri: 'https://a.example' }],
          },
        },
        counted(4, 2),
      ),
    ],
    says: {
      text: 'To be',
      sources: ['https://a.example'],
      finish: 'content-filter',
      input: 4,
      output: 2,
    },
  },
  {
    name: 'a call that could not be made',
    events: [
      frame(
        {
          content: {},
          finishReason: 'MALFORMED_FUNCTION_CALL',
          finishMessage: 'Malformed function call: f(',
        },
        counted(4, 0),
      ),
    ],
    says: { finish: 'malformed-call', input: 4, output: 0 },
  },
  {
    name: 'sources of a search, in bytes',
    events: [
      frame(parts({ text: 'Größe.' })),
      frame(
        {
          ...parts({ text: '' }),
          finishReason: 'STOP',
          groundingMetadata: {
            webSearchQueries: ['x'],
            groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }],
            groundingSupports: [
              {
                segment: { startIndex: 0, endIndex: 8, text: 'Größe.' },
                groundingChunkIndices: [0],
              },
            ],
          },
        },
        counted(4, 2, { toolUsePromptTokenCount: 3 }),
      ),
    ],
    says: { text: 'Größe.', sources: ['https://a.example'], input: 7, output: 2 },
  },
  {
    name: 'code that Google ran, a picture, a part that nobody knows yet',
    events: [
      frame(
        parts(
          { executableCode: { language: 'PYTHON', code: 'print(1)' } },
          { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
        ),
      ),
      frame(
        parts({ hologram: { waves: 3 } }, { inlineData: { mimeType: 'image/png', data: 'aWk=' } }),
      ),
      frame({ ...parts({ text: 'Done.' }), finishReason: 'STOP' }, counted(4, 5)),
    ],
    says: { text: 'Done.', pictures: ['aWk='], input: 4, output: 5 },
  },
  {
    name: 'thoughts, parallel calls in one frame, the first of them signed',
    events: [
      frame(parts({ text: 'Hm.', thought: true })),
      frame(
        {
          ...parts(
            { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' },
            { functionCall: { name: 'f', args: { a: 2 } } },
          ),
          finishReason: 'STOP',
        },
        counted(4, 2, { thoughtsTokenCount: 6 }),
      ),
    ],
    says: {
      thoughts: 'Hm.',
      calls: [
        { name: 'f', input: { a: 1 } },
        { name: 'f', input: { a: 2 } },
      ],
      input: 4,
      output: 8,
    },
  },
  {
    name: 'an error in the middle',
    events: [
      frame(parts({ text: 'Hi' })),
      { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
    ],
    says: { fails: 503 },
  },
];
