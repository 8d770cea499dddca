import { geminiStream as makeStream, counted, counts, frame, stop } from './gemini-stream.ts';
import type { VendorStream } from './vendor-stream.ts';

/** Streams of Gemini with what came in 2025 and 2026. */
export const geminiToolStreams: readonly VendorStream[] = [
  makeStream(
    'signatures of thoughts on words, on nothing, and on the first of two calls',
    [
      [{ text: 'Think.', thought: true }],
      [{ text: 'I look.', thoughtSignature: 'c2lnMQ==' }],
      [
        {
          functionCall: { id: 'fc_1', name: 'f', args: { a: null, b: [true, 1.5] } },
          thoughtSignature: 'c2lnMg==',
        },
        { functionCall: { id: 'fc_2', name: 'g', args: {} } },
      ],
      [{ text: '', thoughtSignature: 'c2lnMw==' }],
    ],
    {
      thoughts: 'Think.',
      text: 'I look.',
      calls: [
        { name: 'f', input: { a: null, b: [true, 1.5] } },
        { name: 'g', input: {} },
      ],
    },
  ),
  {
    name: 'arguments of a call value by value',
    events: [
      frame([{ functionCall: { id: 'fc_1', name: 'f', willContinue: true } }]),
      frame([
        {
          functionCall: {
            partialArgs: [{ jsonPath: '$.text', stringValue: 'Hello ', willContinue: true }],
            willContinue: true,
          },
        },
      ]),
      frame([
        {
          functionCall: {
            partialArgs: [
              { jsonPath: '$.text', stringValue: '"you"', willContinue: false },
              { jsonPath: '$.list[0].on', boolValue: true },
              { jsonPath: '$.list[1].of', numberValue: 2 },
              { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
            ],
            willContinue: true,
          },
        },
      ]),
      frame([{ functionCall: {} }], stop, counts()),
    ],
    says: {
      ...counted,
      calls: [
        {
          name: 'f',
          input: { text: 'Hello "you"', list: [{ on: true }, { of: 2 }], none: null },
        },
      ],
    },
    // Left to the application.
    unreadBy: ['gemini'],
  },
  makeStream(
    'sources of the web, of maps and of files, and pages that were read',
    [[{ text: 'Cats ' }], [{ text: 'purr.' }]],
    {
      text: 'Cats purr.',
      sources: [
        'https://a.example/',
        'https://maps.example/1',
        'gs://b/c.pdf',
        'https://i.example/',
        'https://a.example/',
        'https://q.example/',
      ],
    },
    {
      end: {
        ...stop,
        groundingMetadata: {
          webSearchQueries: ['cats'],
          searchEntryPoint: { renderedContent: '<b>cats</b>' },
          groundingChunks: [
            { web: { uri: 'https://a.example/', title: 'A', domain: 'a.example' } },
            { maps: { uri: 'https://maps.example/1', title: 'Cat café', placeId: 'places/1' } },
            { retrievedContext: { uri: 'gs://b/c.pdf', title: 'C', text: 'Cats.' } },
            { image: { sourceUri: 'https://i.example/', title: 'I' } },
          ],
          groundingSupports: [
            {
              segment: { endIndex: 5, text: 'Cats ' },
              groundingChunkIndices: [0, 1, 2, 3, 99],
              confidenceScores: [0.9],
            },
            { segment: { partIndex: 7, startIndex: 50, endIndex: 60 }, groundingChunkIndices: [0] },
          ],
          googleMapsWidgetContextToken: 't',
        },
        urlContextMetadata: {
          urlMetadata: [
            {
              retrievedUrl: 'https://a.example/',
              urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS',
            },
          ],
        },
        citationMetadata: {
          citations: [{ startIndex: 0, endIndex: 4, uri: 'https://q.example/' }],
        },
        safetyRatings: [],
        avgLogprobs: -0.1,
      },
    },
  ),
  makeStream(
    'pages that were opened, one of them in vain, and that nothing else names',
    [[{ text: 'So they say.' }]],
    { text: 'So they say.', sources: ['https://b.example/read'] },
    {
      end: {
        ...stop,
        urlContextMetadata: {
          urlMetadata: [
            {
              retrievedUrl: 'https://b.example/read',
              urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS',
            },
            {
              retrievedUrl: 'https://b.example/shut',
              urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_PAYWALL',
            },
          ],
        },
      },
    },
  ),
  makeStream(
    'code that Google ran, with an id, a picture of it, and calls of its own tools',
    [
      [{ toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['x'] } } }],
      [{ toolResponse: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', response: {} } }],
      [{ executableCode: { id: 'c1', language: 'PYTHON', code: 'plot()' } }],
      [
        { codeExecutionResult: { id: 'c1', outcome: 'OUTCOME_OK', output: '' } },
        { inlineData: { mimeType: 'image/png', data: 'aWk=' } },
      ],
      [{ text: 'See.' }],
    ],
    { text: 'See.', pictures: ['aWk='] },
  ),
  makeStream(
    'figures by modality: pictures seen and drawn, tools’ prompts',
    [[{ inlineData: { mimeType: 'image/png', data: 'aWk=' }, thoughtSignature: 'c2ln' }]],
    { pictures: ['aWk='], input: 25 },
    {
      more: {
        toolUsePromptTokenCount: 5,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 8 },
          { modality: 'IMAGE', tokenCount: 12 },
        ],
        cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 4 }],
        candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 7 }],
        toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: 5 }],
      },
    },
  ),
  {
    name: 'two candidates, of which one has to stop',
    events: [
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: 'One' }] }, index: 0 },
          { content: { role: 'model', parts: [{ text: 'Zwei' }] }, index: 1 },
        ],
        responseId: 'r_t',
      },
      {
        candidates: [
          { content: { role: 'model', parts: [{ text: ' more' }] }, index: 1, ...stop },
          { index: 0, finishReason: 'MAX_TOKENS', finishMessage: 'Too long.' },
        ],
        ...counts(),
        responseId: 'r_t',
      },
    ],
    says: { ...counted, text: 'One', finish: 'length' },
  },
  makeStream(
    'no picture, and why',
    [[]],
    { finish: 'content-filter' },
    {
      end: { finishReason: 'IMAGE_PROHIBITED_CONTENT', finishMessage: 'Not allowed.' },
    },
  ),
];
