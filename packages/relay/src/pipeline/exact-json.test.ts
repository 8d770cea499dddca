import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseExact } from './exact-json.ts';
import { patchBody } from './patch-body.ts';

describe('JSON that is printed as it was read', () => {
  it.each([
    '{"big":12345678901234567890,"one":1.0,"exp":1e3,"tiny":-0.0,"plain":5}',
    '[12345678901234567890]',
    '{"text":"1.0 and \\"12345678901234567890\\"","a\\\\":2.50}',
  ])('keeps every number: %s', (text) => {
    expect(parseExact(text).print()).toBe(text);
  });

  it('may have strings of any length', () => {
    const text = `{"x":"${'\\\\n\\"'.repeat(3e6)}","n":1.0}`;
    expect(parseExact(text).print() === text).toBe(true);
  });

  it('is any other JSON as it is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain: unknown = JSON.parse(text);
        expect(JSON.parse(parseExact(text).print())).toEqual(plain);
      }),
    );
  });

  it('is what a body becomes that is changed below its top level', () => {
    const given =
      '{"model":"m","seed":12345678901234567890,"messages":[{"role":"developer","content":"é \\"1.0\\""}],"temperature":1.0}';
    const target = { channelType: 36, operation: 'chat', config: {}, model: 'm' } as const;
    expect(patchBody(Buffer.from(given), target).toString()).toBe(
      given.replace('"developer"', '"system"'),
    );
  });
});
