import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameSplitter } from './frame-splitter.ts';
import { SseReader } from './sse-reader.ts';
import type { SseFrame } from './sse-frame.ts';
import { cutAt } from './testing/cut-at.ts';

function readAll(chunks: readonly Buffer[]): SseFrame[] {
  const reader = new SseReader();
  return [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()];
}

const dataOf = (text: string): (string | undefined)[] =>
  readAll([Buffer.from(text)]).map(({ data }) => data);

describe('SseReader', () => {
  it.each([
    ['line feeds', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['CR LF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['mixed line ends', 'data: a\n\r\ndata: b\r\n\ndata: c\r\r\n', ['a', 'b', 'c']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['two spaces, of which one counts', 'data:  a\n\n', [' a']],
    ['several data lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['comments', ': hello\n\n:\n\ndata: a\n: in between\n\n', ['a']],
    ['no final blank line', 'data: a\n\ndata: b', ['a', 'b']],
    ['no final blank line after a line feed', 'data: a\n\ndata: b\n', ['a', 'b']],
    ['blank lines before and between', '\n\n\ndata: a\n\n\n\n\ndata: b\n\n', ['a', 'b']],
    ['an unknown field', 'retry: 5\nfoo: bar\ndata: a\n\n', ['a']],
    ['a bare JSON line', '{"error":"x"}\n\n', ['{"error":"x"}']],
    ['empty data', 'data:\n\n', ['']],
  ])('reads %s', (_title, text, expected) => {
    expect(dataOf(text)).toEqual(expected);
  });

  it('reads event and id', () => {
    expect(readAll([Buffer.from('event: ping\nid: 7\ndata: {}\n\nevent: end\n\n')])).toEqual([
      { event: 'ping', id: '7', data: '{}' },
      { event: 'end', id: undefined, data: undefined },
    ]);
  });

  it('reads a line of 5 MB', () => {
    const long = 'x'.repeat(5_000_000);

    expect(dataOf(`data: ${long}\n\ndata: b\n\n`)).toEqual([long, 'b']);
  });

  it('refuses an event beyond 32 MiB', () => {
    const reader = new SseReader();
    const chunk = Buffer.alloc(8 * 1024 * 1024, 0x61);

    expect(() => {
      for (let sent = 0; sent < 5; sent++) reader.push(chunk);
    }).toThrow();
  });

  const line = fc.constantFrom('data: é😀', 'data:b', ': c', 'event: e', '', '', 'data');
  const text = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 20 })
    .map((lines) => lines.map(([words, end]) => words + end).join(''));

  it('reads the same events wherever the bytes are cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), (stream, cuts) => {
        const bytes = Buffer.from(stream);

        expect(readAll(cutAt(bytes, cuts))).toEqual(readAll([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('loses and adds no byte when it cuts frames', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(200)), (stream, cuts) => {
        const bytes = Buffer.from(stream);
        const splitter = new FrameSplitter();
        const frames = cutAt(bytes, cuts).flatMap((chunk) => splitter.push(chunk));
        const rest = splitter.end();

        expect(Buffer.concat(rest === undefined ? frames : [...frames, rest])).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
