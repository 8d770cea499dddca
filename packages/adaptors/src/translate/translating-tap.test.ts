import { describe, expect, it } from '@jest/globals';
import type { StreamEvent } from '@turnpike/core';
import type { StreamDecoder, StreamEncoder } from '../translation.ts';
import { createFrameReader } from '../wire/frame-reader.ts';
import { TranslatingTap } from './translating-tap.ts';

/** An upstream whose frames are events, and a client whose stream is a line for each. */
function open(): TranslatingTap {
  const decoder: StreamDecoder = {
    push: ({ data }) => JSON.parse(data ?? '[]') as StreamEvent[],
    end: () => [
      {
        type: 'error',
        error: {
          status: 502,
          message: 'cut',
          type: 'upstream_error',
          code: '',
          param: null,
          isUnreadable: false,
        },
      },
      { type: 'done' },
    ],
  };
  const encoder: StreamEncoder = {
    push: (event) => [Buffer.from(`${event.type}\n`)],
    terminal: () => Buffer.from('THE END\n'),
    losses: [],
  };
  return new TranslatingTap({ reader: createFrameReader('sse'), decoder, encoder });
}

function frame(...events: StreamEvent[]): Buffer {
  return Buffer.from(`data: ${JSON.stringify(events)}\n\n`);
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

const start: StreamEvent = { type: 'start', id: 'a', model: 'm', createdAt: 1 };
const part: StreamEvent = { type: 'part', candidate: 0, part: 0, header: { kind: 'text' } };
const word: StreamEvent = { type: 'text', candidate: 0, part: 0, delta: 'tröll' };

describe('a translated stream', () => {
  it('holds back until something is said, then gives everything in order', () => {
    const tap = open();
    expect(text(tap.push(frame(start, part)))).toBe('');
    expect(tap.facts.isMeaningful).toBe(false);
    expect(text(tap.push(frame(word)))).toBe('start\npart\ntext\n');
    expect(tap.facts).toMatchObject({ isMeaningful: true, generatedBytes: 6 });
    expect(tap.generatedText()).toBe('tröll');
  });

  it('is terminated by done, and keeps the last bytes for the caller', () => {
    const tap = open();
    tap.push(frame(start, part, word));
    const finish: StreamEvent = { type: 'finish', candidate: 0, finish: { reason: 'stop' } };
    expect(text(tap.push(frame(finish, { type: 'done' })))).toBe('finish\ndone\n');
    expect(tap.facts).toMatchObject({ isTerminated: true, hasFinish: true });
    expect(text(tap.push(frame(word)))).toBe('');
    expect(tap.terminal().toString()).toBe('THE END\n');
  });

  it('withholds an error, and what was held before it', () => {
    const tap = open();
    tap.push(frame(start, part));
    expect(text(tap.end())).toBe('');
    expect(tap.facts.error).toMatchObject({ message: 'cut' });
    expect(tap.facts.isTerminated).toBe(false);
  });

  it('closes what is open when the budget ends', () => {
    const tap = open();
    tap.push(frame(start, part, word));
    expect(tap.budgetCut().toString()).toBe('end\nfinish\ndone\nTHE END\n');
  });

  it('gives up holding back when told so', () => {
    const tap = open();
    tap.push(frame(start));
    expect(text(tap.flushHeld())).toBe('start\n');
    expect(text(tap.push(frame(part)))).toBe('part\n');
  });
});
