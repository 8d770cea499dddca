import { describe, expect, it } from '@jest/globals';
import { completionTokensOf, promptTokensOf } from '@turnpike/core';
import { cutAt } from '../../wire/testing/cut-at.ts';
import { hasRecorded, readRecordedStream } from '../testing/recorded.ts';
import { createGeminiTap } from './tap.ts';

function frame(body: object): string {
  return `data: ${JSON.stringify(body)}\r\n\r\n`;
}

function says(parts: readonly object[], rest: object = {}, usage?: object): string {
  return frame({
    candidates: [{ content: { parts, role: 'model' }, ...rest }],
    ...(usage && { usageMetadata: usage }),
    modelVersion: 'm',
  });
}

function relay(chunks: readonly (string | Buffer)[]) {
  const tap = createGeminiTap({ streamUsage: 'always' });
  const sent = chunks.flatMap((chunk) => [...tap.push(Buffer.from(chunk as string))]);
  return { tap, sent: Buffer.concat([...sent, ...tap.end()]).toString() };
}

const hello = says([{ text: 'Hello' }], {}, { promptTokenCount: 3, candidatesTokenCount: 1 });
const last = says(
  [{ text: ' you' }],
  { finishReason: 'STOP' },
  {
    promptTokenCount: 3,
    candidatesTokenCount: 2,
    totalTokenCount: 5,
  },
);

describe('createGeminiTap', () => {
  it('forwards every byte but the last frame, which it hands over at the end', () => {
    const { tap, sent } = relay([hello, last]);

    expect(sent).toBe(hello);
    expect(tap.terminal().toString()).toBe(last);
    expect(tap.facts).toMatchObject({
      isMeaningful: true,
      hasFinish: true,
      finishReason: 'STOP',
      isTerminated: true,
    });
    expect(tap.facts.usage).toMatchObject({ input: { uncached: 3 }, output: { text: 2 } });
    expect(tap.generatedText()).toBe('Hello you');
  });

  it('keeps the figures of an earlier frame where a later one has none', () => {
    const silent = says([{ text: '' }], { finishReason: 'STOP' }, { trafficType: 'ON_DEMAND' });
    const { tap } = relay([hello, silent]);

    expect(promptTokensOf(tap.facts.usage!)).toBe(3);
  });

  it('holds a frame back in which nothing is said', () => {
    const tap = createGeminiTap({ streamUsage: 'always' });
    const silent = frame({ usageMetadata: { trafficType: 'X' }, modelVersion: 'm' });

    expect(tap.push(Buffer.from(silent))).toEqual([]);
    expect(tap.facts.isMeaningful).toBe(false);
    expect(Buffer.concat([...tap.push(Buffer.from(hello))]).toString()).toBe(silent + hello);
  });

  it('withholds an error, and what follows it', () => {
    const { tap, sent } = relay([
      hello,
      frame({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }),
      last,
    ]);

    expect(sent).toBe(hello);
    expect(tap.facts.error).toMatchObject({ status: 503, type: 'UNAVAILABLE' });
  });

  it('counts calls as generated, and takes an answer that speaks of errors for no error', () => {
    const call = says([{ functionCall: { name: 'log', args: { error: 'none at all' } } }]);
    const { tap, sent } = relay([call, last]);

    expect(sent).toBe(call);
    expect(tap.facts.error).toBeUndefined();
    expect(tap.generatedText()).toContain('none at all');
  });
});

const recorded = hasRecorded ? describe : describe.skip;

recorded('recorded streams of Google', () => {
  it.each([
    ['google-text', 9, 208],
    ['google-reasoning-gemini3', 9, 325],
    ['google-tool-call-gemini3', 29, 819],
    ['google-stream-no-args-tool-call', 249, 241],
  ])('%s passes unchanged wherever it is cut', (name, prompt, completion) => {
    const bytes = readRecordedStream(`google/${name}.chunks.txt`);
    for (const size of [1, 13, 1000]) {
      const cuts = Array.from({ length: Math.floor(bytes.length / size) }, (_, at) => at * size);
      const { tap, sent } = relay(cutAt(bytes, cuts));
      expect(sent + tap.terminal().toString()).toBe(bytes.toString());
      expect(promptTokensOf(tap.facts.usage!)).toBe(prompt);
      expect(completionTokensOf(tap.facts.usage!)).toBe(completion);
    }
  });
});
