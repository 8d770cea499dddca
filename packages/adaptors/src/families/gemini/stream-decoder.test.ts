import { describe, expect, it } from '@jest/globals';
import { completionTokensOf, promptTokensOf, type StreamEvent } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { hasRecorded, readRecorded, readRecordedStream } from '../testing/recorded.ts';
import { decodeGeminiResponse } from './decode-response.ts';
import { createGeminiStreamDecoder } from './stream-decoder.ts';

const dialect: Dialect = { streamUsage: 'always' };

function decode(chunks: readonly Buffer[]): StreamEvent[] {
  const reader = new SseReader();
  const decoder = createGeminiStreamDecoder(dialect);
  const frames = [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

function stream(...bodies: readonly object[]): Buffer[] {
  return bodies.map((body) => Buffer.from(`data: ${JSON.stringify(body)}\r\n\r\n`));
}

function frame(parts: readonly object[], rest: object = {}, usage?: object): object {
  return {
    candidates: [{ content: { role: 'model', parts }, index: 0, ...rest }],
    ...(usage && { usageMetadata: usage }),
    modelVersion: 'gemini-3-pro',
    responseId: 'r1',
  };
}

const stop = { finishReason: 'STOP' };

describe('createGeminiStreamDecoder', () => {
  it('goes on in one part while the kind stays, and opens another when it changes', () => {
    const events = decode(
      stream(
        frame([{ text: 'Two ', thought: true }]),
        frame([{ text: 'cities.', thought: true }, { text: 'Let me ' }]),
        frame([{ text: 'check.' }], stop, { promptTokenCount: 3, candidatesTokenCount: 2 }),
      ),
    );

    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part',
      'text',
      'text',
      'end',
      'part',
      'text',
      'text',
      'usage',
      'end',
      'finish',
      'done',
    ]);
    expect(foldEvents(events).candidates[0]).toMatchObject({
      parts: [
        { kind: 'reasoning', text: 'Two cities.' },
        { kind: 'text', text: 'Let me check.' },
      ],
      finish: { reason: 'stop', raw: 'STOP' },
    });
  });

  it('numbers calls over the whole stream, gives them ids of their own and keeps their signature', () => {
    const calls = [
      { functionCall: { name: 'wx', args: { city: 'A' } }, thoughtSignature: 'c2ln' },
      { functionCall: { name: 'wx', args: { city: 'B' } } },
    ];
    const answer = foldEvents(decode(stream(frame(calls), frame([{ text: '' }], stop))));
    const [first, second] = answer.candidates[0]!.parts;

    expect(first).toMatchObject({
      kind: 'tool-call',
      argumentsJson: '{"city":"A"}',
      state: [{ family: 'gemini', kind: 'thought-signature', value: 'c2ln' }],
    });
    expect(second).toMatchObject({ kind: 'tool-call', argumentsJson: '{"city":"B"}' });
    expect(first).toHaveProperty('callId', expect.stringMatching(/^call_[A-Za-z0-9]{20,24}$/));
    expect((first as { callId: string }).callId).not.toBe((second as { callId: string }).callId);
    expect(answer.candidates[0]?.finish.reason).toBe('tool-calls');
  });

  it('hangs the signature of an empty text on what was said before it', () => {
    const events = decode(
      stream(frame([{ text: 'Hi' }]), frame([{ text: '', thoughtSignature: 'c2ln' }], stop)),
    );

    expect(foldEvents(events).candidates[0]?.parts).toEqual([
      {
        kind: 'text',
        text: 'Hi',
        state: [{ family: 'gemini', kind: 'thought-signature', value: 'c2ln' }],
      },
    ]);
  });

  it('counts the offsets of sources in characters, not in bytes', () => {
    const text = 'Überall Zölle.';
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://toll.example', title: 'Toll' } }],
      groundingSupports: [
        { segment: { startIndex: 9, endIndex: 15, text: 'Zölle' }, groundingChunkIndices: [0] },
      ],
    };
    const answer = foldEvents(
      decode(stream(frame([{ text }]), frame([], { ...stop, groundingMetadata }))),
    );

    expect(answer.candidates[0]?.parts[0]).toMatchObject({
      annotations: [{ kind: 'url', url: 'https://toll.example', title: 'Toll', start: 8, end: 13 }],
    });
    expect(text.slice(8, 13)).toBe('Zölle');
  });

  it('turns a refused prompt into an answer without words', () => {
    const events = decode(
      stream({
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata: { promptTokenCount: 6, totalTokenCount: 6 },
        responseId: 'r',
      }),
    );

    expect(events.slice(-2)).toEqual([
      {
        type: 'finish',
        candidate: 0,
        finish: { reason: 'content-filter', raw: 'PROHIBITED_CONTENT' },
      },
      { type: 'done' },
    ]);
    expect(foldEvents(events)).toMatchObject({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usage: { input: { uncached: 6 } },
    });
  });

  it.each([
    [
      'an error frame',
      [{ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }],
      503,
    ],
    ['an error in a list', [[{ error: { code: 429, message: 'slow down' } }]], 429],
    ['a stream that just ends', [frame([{ text: 'Hal' }])], 502],
    ['a stream without anything', [], 502],
  ])('reports %s', (_title, bodies, status) => {
    const events = decode(stream(...bodies));

    expect(events.slice(-2)).toMatchObject([
      { type: 'error', error: { status } },
      { type: 'done' },
    ]);
    const opened = events.filter(({ type }) => type === 'part').length;
    expect(events.filter(({ type }) => type === 'end')).toHaveLength(opened);
  });

  it('keeps pictures, code and what it does not know', () => {
    const parts = [
      { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' }, thoughtSignature: 's' },
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'no' } },
      { toolCall: { toolType: 'GOOGLE_SEARCH' } },
    ];
    const answer = foldEvents(decode(stream(frame(parts, stop))));

    expect(answer.candidates[0]?.parts).toMatchObject([
      { kind: 'media', media: 'image', mime: 'image/png', source: { base64: 'iVBORw0KGgo=' } },
      { kind: 'tool-call', tool: 'hosted', hosted: { kind: 'code-execution', raw: parts[1] } },
      { kind: 'tool-result', isError: true, content: [{ kind: 'text', text: 'no' }] },
      { kind: 'provider-item', family: 'gemini', itemType: 'toolCall', raw: parts[3] },
    ]);
  });

  it('puts streamed arguments together, and pollutes no prototype', () => {
    const piece = (jsonPath: string, value: object) => ({
      functionCall: { partialArgs: [{ jsonPath, ...value }], willContinue: true },
    });
    const answer = foldEvents(
      decode(
        stream(
          frame([{ functionCall: { name: 'cook', willContinue: true } }]),
          frame([piece("$.steps[0]['a.b']", { stringValue: 'bo', willContinue: true })]),
          frame([piece("$.steps[0]['a.b']", { stringValue: 'il' })]),
          frame([piece('$.__proto__.polluted', { boolValue: true })]),
          frame([piece('$.n', { numberValue: 2 }), { functionCall: {} }], stop),
        ),
      ),
    );

    expect(answer.candidates[0]?.parts).toMatchObject([
      {
        name: 'cook',
        argumentsJson: '{"steps":[{"a.b":"boil"}],"__proto__":{"polluted":true},"n":2}',
      },
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('decodeGeminiResponse', () => {
  it('is the fold of a stream of one frame', () => {
    const body = frame(
      [{ text: 'Count.', thought: true }, { text: 'There are ' }, { text: '3.' }],
      stop,
      {
        promptTokenCount: 9,
        candidatesTokenCount: 23,
        thoughtsTokenCount: 185,
        totalTokenCount: 217,
        cachedContentTokenCount: 4,
      },
    );

    const answer = decodeGeminiResponse(body as Record<string, unknown>, dialect);

    expect({ ...answer, createdAt: 0 }).toEqual({
      ...foldEvents(decode(stream(body))),
      createdAt: 0,
    });
    expect(answer).toMatchObject({
      id: 'r1',
      model: 'gemini-3-pro',
      usage: {
        input: { uncached: 5, cacheRead: 4 },
        output: { text: 23, reasoning: 185 },
        source: 'reported',
      },
    });
  });

  it('refuses a body without an answer', () => {
    expect(() => decodeGeminiResponse({ responseId: 'x' }, dialect)).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response' }),
    );
  });
});

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded answers of Google', () => {
  const streams: [string, number, number, string][] = [
    ['google-text', 9, 208, 'stop'],
    ['google-reasoning', 9, 285, 'stop'],
    ['google-reasoning-gemini3', 9, 325, 'stop'],
    ['google-tool-call', 29, 60, 'tool-calls'],
    ['google-tool-call-gemini3', 29, 819, 'tool-calls'],
    ['google-stream-no-args-tool-call', 249, 241, 'tool-calls'],
    ['google-vertex-stream-tool-call-arguments-nested.1', 31, 1710, 'tool-calls'],
  ];

  it.each(streams)('the stream %s', (name, prompt, completion, reason) => {
    const events = decode([readRecordedStream(`google/${name}.chunks.txt`)]);
    const answer = foldEvents(events);

    expect(events.at(-1)).toEqual({ type: 'done' });
    expect(promptTokensOf(answer.usage!)).toBe(prompt);
    expect(completionTokensOf(answer.usage!)).toBe(completion);
    expect(answer.candidates[0]?.finish.reason).toBe(reason);
    for (const part of answer.candidates[0]?.parts ?? []) {
      if (part.kind === 'tool-call') expect(typeof JSON.parse(part.argumentsJson!)).toBe('object');
    }
  });

  it.each(streams.map(([name]) => name))('the stream %s, cut anywhere', (name) => {
    const bytes = readRecordedStream(`google/${name}.chunks.txt`);
    const whole = withoutClock(decode([bytes]));
    for (const size of [1, 7, 64, 1023])
      expect(withoutClock(decode(cutAt(bytes, everyNth(bytes.length, size))))).toEqual(whole);
  });

  it('the arguments that Vertex streamed', () => {
    const name = 'google-vertex-stream-tool-call-arguments-nested.1';
    const answer = foldEvents(decode([readRecordedStream(`google/${name}.chunks.txt`)]));
    const [call] = answer.candidates[0]!.parts;
    const args = JSON.parse((call as { argumentsJson: string }).argumentsJson) as {
      recipe: { name: string; ingredients: object[]; steps: string[] };
    };

    expect(args.recipe.name).toBe('Lasagna');
    expect(args.recipe.ingredients).toHaveLength(10);
    expect(args.recipe.steps[1]).toBe(
      'Cook lasagna noodles according to package directions, drain and set aside.',
    );
  });

  it.each([
    ['google-text', 9, 272],
    ['google-reasoning', 9, 311],
    ['google-reasoning-gemini3', 9, 287],
    ['google-tool-call', 29, 908],
    ['google-tool-call-gemini3', 29, 1816],
  ])('the body %s', (name, prompt, completion) => {
    const body = JSON.parse(readRecorded(`google/${name}.json`).toString()) as Record<
      string,
      unknown
    >;
    const answer = decodeGeminiResponse(body, dialect);

    expect(promptTokensOf(answer.usage!)).toBe(prompt);
    expect(completionTokensOf(answer.usage!)).toBe(completion);
    expect(answer.candidates[0]?.parts[0]?.state).toHaveLength(1);
  });
});

function everyNth(length: number, size: number): number[] {
  return Array.from({ length: Math.floor((length - 1) / size) }, (_, at) => (at + 1) * size);
}

function withoutClock(events: readonly StreamEvent[]): StreamEvent[] {
  return events.map((event) => (event.type === 'start' ? { ...event, createdAt: 0 } : event));
}
