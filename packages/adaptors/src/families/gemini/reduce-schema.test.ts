import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasProperties, reduceSchema } from './reduce-schema.ts';

describe('reduceSchema', () => {
  it.each<[string, object, object]>([
    [
      'references, with what stands beside them',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/A', description: 'mine' } },
        $defs: { A: { type: 'string', description: 'theirs', minLength: 1 } },
      },
      {
        type: 'object',
        properties: { a: { type: 'string', description: 'mine', minLength: 1 } },
      },
    ],
    [
      'references without an end',
      {
        type: 'object',
        properties: { next: { $ref: '#/definitions/N' } },
        definitions: { N: { type: 'object', properties: { next: { $ref: '#/definitions/N' } } } },
      },
      {
        type: 'object',
        properties: { next: { type: 'object', properties: { next: { type: 'object' } } } },
      },
    ],
    [
      'unions',
      { type: ['string', 'number', 'null'] },
      { nullable: true, anyOf: [{ type: 'string' }, { type: 'number' }] },
    ],
    [
      'a union with null',
      { description: 'd', oneOf: [{ type: 'integer', format: 'int64' }, { type: 'null' }] },
      { description: 'd', nullable: true, type: 'integer', format: 'int64' },
    ],
    ['enumerations of numbers', { enum: [1, 2, null] }, enumOfNumbers()],
    ['enumerations of mixed kinds', { type: 'string', enum: ['a', 1] }, { type: 'string' }],
    ['lists without items', { type: 'array' }, { type: 'array', items: { type: 'string' } }],
    [
      'what must be there but is not',
      { type: 'object', properties: { a: true, b: false }, required: ['a', 'b', 'c'] },
      { type: 'object', properties: { a: { type: 'object' } }, required: ['a'] },
    ],
    [
      'all of several',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'number' } }, required: ['b'] },
        ],
      },
      {
        type: 'object',
        properties: { b: { type: 'number' }, a: { type: 'string' } },
        required: ['a', 'b'],
      },
    ],
    [
      'members that are not known',
      { type: 'string', format: 'email', default: '', pattern: 'x', contentEncoding: 'base64' },
      { type: 'string', pattern: 'x' },
    ],
  ])('reduces %s', (_title, schema, expected) => {
    expect(reduceSchema(schema)).toEqual(expected);
  });

  it('ends for whatever it is given, deep or hostile', () => {
    let deep: object = { type: 'string' };
    for (let level = 0; level < 5000; level++) deep = { type: 'array', items: deep };
    expect(JSON.stringify(reduceSchema(deep)).length).toBeLessThan(2000);
    const hostile = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as unknown;
    expect(JSON.stringify(reduceSchema(hostile))).toBe(
      '{"type":"object","properties":{"__proto__":{"type":"string"}}}',
    );

    fc.assert(
      fc.property(fc.jsonValue(), (schema) => {
        expect(typeof reduceSchema(schema)).toBe('object');
      }),
    );
  });

  it('knows a schema without parameters', () => {
    expect(hasProperties({ type: 'object', properties: {} })).toBe(false);
    expect(hasProperties(undefined)).toBe(false);
    expect(hasProperties({ $ref: '#/$defs/A' })).toBe(true);
  });
});

function enumOfNumbers(): object {
  return { nullable: true, type: 'number', format: 'enum', enum: ['1', '2'] };
}
