import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonRecord } from '@turnpike/core';
import type { EncodeTarget, PathFacts } from '../../translation.ts';
import { SseReader } from '../../wire/sse-reader.ts';
import { decodeGeminiRequest } from './decode-request.ts';
import { encodeGeminiRequest } from './encode-request.ts';
import { createGeminiStreamDecoder } from './stream-decoder.ts';

const path: PathFacts = { operation: 'generate-content', model: 'm', search: '', headers: {} };
const target: EncodeTarget = {
  model: 'gemini-3-pro',
  dialect: { streamUsage: 'always' },
  config: {},
  scope: '',
};

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const args = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const unknown = fc.dictionary(
  text.map((name) => `x${name}`),
  fc.jsonValue({ maxDepth: 2 }),
  { maxKeys: 2 },
);

const part = fc
  .oneof(
    text.map((value) => ({ text: value })),
    text.map((value) => ({ text: value, thought: true })),
    fc.record({ inlineData: fc.record({ mimeType: fc.constant('image/png'), data: text }) }),
    fc.record({ functionCall: fc.record({ name: text, args }) }),
    fc.record({ functionResponse: fc.record({ name: text, response: args }) }),
  )
  .chain((value) => unknown.map((more) => ({ ...more, ...value })));

const request = fc
  .record({
    contents: fc.array(
      fc.record({
        role: fc.constantFrom('user', 'model', 'function'),
        parts: fc.array(part, { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    systemInstruction: fc.record({ parts: fc.array(text.map((value) => ({ text: value }))) }),
    generationConfig: unknown,
    tools: fc.array(unknown, { maxLength: 2 }),
  })
  .chain((value) => unknown.map((more) => ({ ...more, ...value })));

describe('a Gemini request', () => {
  it('is the same after it was taken apart and put together, whatever is in it', () => {
    fc.assert(
      fc.property(request, (body) => {
        const given = JSON.parse(JSON.stringify(body)) as JsonRecord;
        const encoded = encodeGeminiRequest(decodeGeminiRequest(given, path), target);

        expect(encoded.losses).toEqual([]);
        expect(encoded.body).toEqual(given);
      }),
    );
    expect(({} as JsonRecord)['polluted']).toBeUndefined();
  });
});

describe('a Gemini stream', () => {
  const answer = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => ({
    candidates: [{ content: { role: 'model', parts }, index: 0 }],
    responseId: 'r',
    createTime: '2026-01-01T00:00:00Z',
  }));

  it('says the same however it is cut, and every part that it opens is closed', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 4 }), fc.array(fc.nat(2000)), (frames, cuts) => {
        const last = { candidates: [{ finishReason: 'STOP', index: 0 }] };
        const bytes = Buffer.from(
          [...frames, last].map((frame) => `data: ${JSON.stringify(frame)}\r\n\r\n`).join(''),
        );
        const whole = decode([bytes]);
        const edges = [0, ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b)];
        const pieces = edges.map((at, index) => bytes.subarray(at, edges[index + 1]));

        expect(decode(pieces).map(withoutClock)).toEqual(whole.map(withoutClock));
        const opened = whole.filter(({ type }) => type === 'part');
        expect(whole.filter(({ type }) => type === 'end')).toHaveLength(opened.length);
        expect(whole.at(-1)).toEqual({ type: 'done' });
      }),
    );
  });
});

function decode(pieces: readonly Buffer[]) {
  const reader = new SseReader();
  const decoder = createGeminiStreamDecoder(target.dialect);
  const frames = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
  return [...frames.flatMap((frame) => [...decoder.push(frame)]), ...decoder.end()];
}

/** Where an answer names neither its id nor its time, both are made up. */
function withoutClock(event: ReturnType<typeof decode>[number]): object {
  return event.type === 'start' ? { ...event, id: '', createdAt: 0 } : event;
}
