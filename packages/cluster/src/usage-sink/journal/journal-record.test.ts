import { describe, expect, it } from '@jest/globals';
import { encodeRecord, readRecords } from './journal-record.ts';

const whole = ['{"a":1}', '{"b":"ü€"}', 'x'.repeat(5000)];
const file = Buffer.concat(whole.map(encodeRecord));

describe('readRecords', () => {
  it('reads back what was written, beyond ASCII too', () => {
    expect(readRecords(file)).toEqual({ payloads: whole, validBytes: file.length });
  });

  it('reads up to a record that is torn at any byte', () => {
    const last = encodeRecord('{"torn":true}');
    for (let length = 0; length < last.length; length += 1) {
      const torn = Buffer.concat([file, last.subarray(0, length)]);
      expect(readRecords(torn)).toEqual({ payloads: whole, validBytes: file.length });
    }
  });

  it('reads up to a record whose bytes changed', () => {
    const damaged = Buffer.concat([file, encodeRecord('{"money":100}')]);
    damaged[damaged.length - 3] = 0x39;
    expect(readRecords(damaged)).toEqual({ payloads: whole, validBytes: file.length });
  });

  it('takes zeros at the end for what was never written', () => {
    const padded = Buffer.concat([file, Buffer.alloc(4096)]);
    expect(readRecords(padded)).toEqual({ payloads: whole, validBytes: file.length });
  });
});
