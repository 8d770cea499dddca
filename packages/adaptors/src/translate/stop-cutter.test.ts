import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CanonicalResponse, Part, StreamEvent } from '@turnpike/core';
import { checkGrammar } from '../families/testing/decode-stream.ts';
import { foldEvents } from './event-folder.ts';
import { replayResponse } from './replay-response.ts';
import { cutResponse, StopCutter } from './stop-cutter.ts';

const figures = {
  input: { uncached: 3, cacheRead: 0, cacheWrite: 0 },
  output: { text: 9, reasoning: 0 },
  source: 'reported',
} as const;

function answer(...parts: readonly Part[]): CanonicalResponse {
  const candidates = [{ index: 0, parts, finish: { reason: 'stop' } as const }];
  return { id: 'a', model: 'm', createdAt: 7, candidates, usage: figures, extras: {}, losses: [] };
}

const words = (text: string): Part => ({ kind: 'text', text });

/** The events of one text that comes in these pieces. */
function streamOf(pieces: readonly string[], last: readonly StreamEvent[]): StreamEvent[] {
  const place = { candidate: 0, part: 0 };
  return [
    { type: 'start', id: 'a', model: 'm', createdAt: 7 },
    { type: 'part', ...place, header: { kind: 'text' } },
    ...pieces.map((delta): StreamEvent => ({ type: 'text', ...place, delta })),
    ...last,
  ];
}

const end: readonly StreamEvent[] = [
  { type: 'end', candidate: 0, part: 0 },
  { type: 'finish', candidate: 0, finish: { reason: 'stop' } },
  { type: 'usage', usage: figures },
  { type: 'done' },
];

function cut(events: readonly StreamEvent[], stops: readonly string[]): StreamEvent[] {
  const cutter = new StopCutter(stops);
  const left = events.flatMap((event) => [...cutter.push(event)]);
  checkGrammar(left);
  return left;
}

/** What a model has written, letter by letter, before a stop text was complete; undefined where none ever is. */
function firstPart(whole: string, texts: readonly string[]): string | undefined {
  for (let at = 1; at <= whole.length; at += 1) {
    const heard = texts.filter((stop) => whole.slice(0, at).endsWith(stop));
    const longest = Math.max(...heard.map((stop) => stop.length));
    if (heard.length > 0) return whole.slice(0, at - longest);
  }
  return undefined;
}

const pieces = fc.array(fc.stringMatching(/^[ab\n]{0,4}$/), { minLength: 1, maxLength: 8 });
const stops = fc.array(fc.stringMatching(/^[ab\n]{1,3}$/), { minLength: 1, maxLength: 3 });

describe('an answer that is cut here', () => {
  it('ends before the first stop text, wherever its pieces begin', () => {
    fc.assert(
      fc.property(pieces, stops, (said, texts) => {
        const whole = said.join('');
        const [candidate] = foldEvents(cut(streamOf(said, end), texts)).candidates;
        const left = firstPart(whole, texts);
        expect(candidate!.parts).toEqual([words(left ?? whole)]);
        expect(candidate!.finish.reason).toBe(left === undefined ? 'stop' : 'stop-sequence');
      }),
    );
  });

  it('is the same whole and streamed', () => {
    fc.assert(
      fc.property(pieces, stops, (said, texts) => {
        fc.pre(said.join('') !== '');
        const streamed = foldEvents(cut(streamOf(said, end), texts));
        expect(cutResponse(answer(words(said.join(''))), texts)).toEqual(streamed);
      }),
    );
  });

  it('passes words on as soon as they can be no stop text', () => {
    const cutter = new StopCutter(['END']);
    const said = streamOf(['on the E', 'N', 'ough', 'EN'], []).map((event) =>
      cutter.push(event).flatMap((left) => (left.type === 'text' ? [left.delta] : [])),
    );
    expect(said.slice(2)).toEqual([['on the '], [], ['ENough'], []]);
  });

  it('says which text stopped it, keeps the figures of all, and says nothing more', () => {
    const call: Part = { kind: 'tool-call', callId: 'c', name: 'f', tool: 'function' };
    const thought: Part = { kind: 'reasoning', text: 'END of thought' };
    const given = answer(thought, words('Yes. END No.'), call, words('More'));
    expect(cutResponse(given, ['NOT', 'END'])).toMatchObject({
      candidates: [
        {
          parts: [thought, words('Yes. ')],
          finish: { reason: 'stop-sequence', stopSequence: 'END' },
        },
      ],
      usage: figures,
    });
  });

  it('keeps the sources of what is left, and none of the rest', () => {
    const sourced: Part = {
      kind: 'text',
      text: 'So[1] END so[2]',
      annotations: [
        { kind: 'url', url: 'https://a.example', start: 2, end: 5 },
        { kind: 'url', url: 'https://b.example', start: 12, end: 15 },
      ],
    };
    const [left] = cutResponse(answer(sourced), ['END']).candidates[0]!.parts;
    expect(left).toEqual({
      ...sourced,
      text: 'So[1] ',
      annotations: [sourced.annotations![0]],
    });
  });

  it('is complete where the upstream fails behind the cut, and failed where it fails before', () => {
    const error = { type: 'error', error: { status: 502 } } as unknown as StreamEvent;
    const failure: StreamEvent[] = [error, { type: 'done' }];
    const behind = cut(streamOf(['Yes END no'], failure), ['END']);
    expect(foldEvents(behind).candidates[0]).toMatchObject({
      parts: [words('Yes ')],
      finish: { reason: 'stop-sequence' },
    });
    expect(cut(streamOf(['Yes E'], failure), ['END'])).toContainEqual(error);
  });

  it('leaves other candidates alone', () => {
    const both: CanonicalResponse = {
      ...answer(),
      candidates: [
        { index: 0, parts: [words('a END b')], finish: { reason: 'stop' } },
        { index: 1, parts: [words('c')], finish: { reason: 'length' } },
      ],
    };
    expect(cutResponse(both, ['END']).candidates).toMatchObject([
      { parts: [words('a ')], finish: { reason: 'stop-sequence' } },
      { parts: [words('c')], finish: { reason: 'length' } },
    ]);
  });

  it('is not touched where it has no stop text', () => {
    const given = answer(words('Yes.'), { kind: 'refusal', text: 'END' });
    expect(foldEvents(cut(replayResponse(given), ['END']))).toEqual(given);
  });
});
