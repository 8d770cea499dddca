import { describe, expect, it } from '@jest/globals';
import type { StreamEvent } from '@turnpike/core';
import type { StreamEncoder } from '../translation.ts';
import { ParagraphJoiner } from './paragraph-joiner.ts';

/** What an encoder behind a joiner gets of these events. */
function join(events: readonly StreamEvent[]): StreamEvent[] {
  const got: StreamEvent[] = [];
  const encoder: StreamEncoder = {
    losses: [],
    push: (event) => {
      got.push(event);
      return [];
    },
    terminal: () => Buffer.alloc(0),
  };
  const joiner = new ParagraphJoiner(encoder);
  for (const event of events) joiner.push(event);
  return got;
}

const open = (part: number, id?: string, form: 'summary' | 'text' = 'summary'): StreamEvent => ({
  type: 'part',
  candidate: 0,
  part,
  header: { kind: 'reasoning', form, ...(id !== undefined && { id }) },
});
const say = (part: number, delta: string): StreamEvent => ({
  type: 'text',
  candidate: 0,
  part,
  delta,
});
const end = (part: number): StreamEvent => ({ type: 'end', candidate: 0, part });
const finish: StreamEvent = { type: 'finish', candidate: 0, finish: { reason: 'stop' } };

describe('ParagraphJoiner', () => {
  it('makes one part of paragraphs of one id, with a blank line between', () => {
    const events = [open(0, 'rs'), say(0, 'A'), end(0), open(1, 'rs'), say(1, 'B'), say(1, 'C')];
    expect(join([...events, end(1), finish])).toEqual([
      open(0, 'rs'),
      say(0, 'A'),
      say(0, '\n\nB'),
      say(0, 'C'),
      end(0),
      finish,
    ]);
  });

  it('puts no line between pieces of open thoughts', () => {
    const events = [open(0, 'rs', 'text'), say(0, 'A'), end(0), open(1, 'rs', 'text'), say(1, 'B')];
    expect(join([...events, end(1), finish])).toContainEqual(say(0, 'B'));
  });

  it('ends a part once where its paragraphs were open beside each other', () => {
    const events = [open(0, 'rs'), say(0, 'A'), open(1, 'rs'), say(1, 'B'), end(0), end(1), finish];
    expect(join(events).filter(({ type }) => type === 'end')).toEqual([end(0)]);
    expect(join(events).at(-1)).toEqual(finish);
  });

  it.each([
    ['of other ids', [open(0, 'a'), say(0, 'A'), end(0), open(1, 'b'), say(1, 'B'), end(1)]],
    ['without ids', [open(0), say(0, 'A'), end(0), open(1), say(1, 'B'), end(1)]],
  ])('leaves thoughts %s apart', (_which, events) => {
    expect(join([...events, finish])).toEqual([...events, finish]);
  });
});
