import { describe, expect, it } from '@jest/globals';
import { readAnswerHeaders } from './answer-headers.ts';

function read(...raw: string[]): unknown {
  return readAnswerHeaders(raw.map((text) => Buffer.from(text, 'latin1')));
}

describe('readAnswerHeaders', () => {
  it('reads what is used of a head, whatever its case, and nothing else', () => {
    expect(
      read(
        'Content-Type',
        'text/event-stream; charset=utf-8',
        'Date',
        'Sat, 21 Nov 2026 11:00:00 GMT',
        'X-REQUEST-ID',
        'req_1',
        'Retry-After-Ms',
        '250',
        'cf-cache-hit!',
        'as long as content-type',
      ),
    ).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-request-id': 'req_1',
      'retry-after-ms': '250',
    });
  });

  it('takes the first of two, and no member of every object', () => {
    expect(read('request-id', 'a', 'request-id', 'b', '__proto__', 'x')).toEqual({
      'request-id': 'a',
    });
    expect(read()).toEqual({});
  });
});
