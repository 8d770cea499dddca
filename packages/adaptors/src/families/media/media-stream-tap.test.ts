import { describe, expect, it } from '@jest/globals';
import { createStreamTap } from '../create-stream-tap.ts';
import type { StreamTap } from '../../codec.ts';
import { cutAt } from '../../wire/testing/cut-at.ts';

function createTap(operation: 'image-generation' | 'transcription' | 'speech'): StreamTap {
  return createStreamTap({
    operation,
    isEventStream: true,
    isStream: true,
    dialect: { streamUsage: 'always' },
    hideUsage: false,
  })!;
}

function relay(tap: StreamTap, chunks: readonly (Buffer | string)[]): string {
  const sent = chunks.flatMap((chunk) => [...tap.push(Buffer.from(chunk as string))]);
  return Buffer.concat([...sent, ...tap.end()]).toString();
}

function event(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

const picture = 'iVBORw0KGgo'.repeat(20_000);

describe('createMediaStreamTap', () => {
  it('withholds the finished picture, and reads its usage', () => {
    const tap = createTap('image-generation');
    const partial = event('image_generation.partial_image', { b64_json: picture });
    const completed = event('image_generation.completed', {
      b64_json: picture,
      usage: { input_tokens: 50, output_tokens: 4160, input_tokens_details: { text_tokens: 50 } },
    });
    const stream = Buffer.from(partial + completed);

    expect(relay(tap, cutAt(stream, [1, 70_000, 140_000, 210_000, 250_000])) === partial).toBe(
      true,
    );
    expect(tap.terminal().toString() === completed).toBe(true);
    expect(tap.facts).toMatchObject({ isTerminated: true, images: 1 });
    expect(tap.facts.usage).toMatchObject({ input: { uncached: 50 }, output: { image: 4160 } });
  });

  it('lets a finished picture go when another follows', () => {
    const tap = createTap('image-generation');
    const one = event('image_generation.completed', { b64_json: 'A' });
    const two = event('image_generation.completed', { b64_json: 'B' });

    expect(relay(tap, [one, two])).toBe(one);
    expect(tap.terminal().toString()).toBe(two);
    expect(tap.facts.images).toBe(2);
  });

  it('reads a transcription with its usage by tokens or seconds', () => {
    const tap = createTap('transcription');
    const delta = event('transcript.text.delta', { delta: 'Hello' });
    const done = event('transcript.text.done', {
      text: 'Hello',
      usage: { type: 'tokens', input_tokens: 14, output_tokens: 45 },
    });

    expect(relay(tap, [delta, done])).toBe(delta);
    expect(tap.facts).toMatchObject({ hasFinish: true, usage: { output: { text: 45 } } });
    expect(tap.generatedText()).toBe('Hello');
  });

  it('reads speech', () => {
    const tap = createTap('speech');
    const delta = event('speech.audio.delta', { audio: 'AAAA' });
    const done = event('speech.audio.done', { usage: { input_tokens: 14, output_tokens: 101 } });

    expect(relay(tap, [delta, done])).toBe(delta);
    expect(tap.facts.usage).toMatchObject({ output: { audio: 101, text: 0 } });
  });

  it('never forwards an error', () => {
    const tap = createTap('image-generation');

    expect(relay(tap, [event('error', { error: { message: 'm', code: 429 } })])).toBe('');
    expect(tap.facts.error).toMatchObject({ message: 'm', status: 429 });
  });
});

describe('createStreamTap', () => {
  it('watches event streams that were asked for, and nothing else', () => {
    const base = {
      operation: 'chat' as const,
      dialect: { streamUsage: 'never' as const },
      hideUsage: false,
    };

    expect(createStreamTap({ ...base, isEventStream: true, isStream: true })).toBeDefined();
    expect(createStreamTap({ ...base, isEventStream: true, isStream: false })).toBeUndefined();
    expect(createStreamTap({ ...base, isEventStream: false, isStream: true })).toBeUndefined();
  });
});
