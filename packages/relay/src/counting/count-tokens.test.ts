import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import * as o200k from 'gpt-tokenizer/encoding/o200k_base';
import { loadEncoding } from './token-encodings.ts';

const encodings = [
  { name: 'o200k_base', reference: o200k },
  { name: 'cl100k_base', reference: cl100k },
] as const;

const texts = [
  '',
  'user',
  'Tell me in three sentences how a turnpike worked two hundred years ago.',
  "I'll say it's 12345678 — naïve café, it’s DON'T.\r\n\r\n\tint main(void) { return 0; }   \n  ",
  '价格是多少？收费公路的历史很长，请用三句话说明。',
  'これは有料道路の歴史です。 Привет, мир! مرحبا بالعالم नमस्ते',
  '👩‍👩‍👧‍👦🏳️‍🌈 🫠🫠 e\u0301 \u{1f468}\u200d',
  '{"city":"São Paulo","n":[1,2.5e-3,null],"s":"\\u00e9\\n"}',
  'aGVsbG8gd29ybGQgdGhpcyBpcyBiYXNlNjQ='.repeat(20),
  '\ud800 lone \udc00 surrogates',
];

describe.each(encodings)('counting with $name', ({ name, reference }) => {
  const count = loadEncoding(name);

  it.each(texts)('counts %j as its reference does', (text) => {
    expect(count(text)).toBe(reference.countTokens(text));
  });

  it('counts any text as its reference does', () => {
    const words = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(...texts, ' ', '\n', '  the', 'aaaaaaaa', '\u3000', '一', "'ll", '0000'),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(count(text)).toBe(reference.countTokens(text));
      }),
      { numRuns: 500 },
    );
  });

  it('counts a page without a space in no time', () => {
    const started = performance.now();
    expect(count('ab'.repeat(100_000))).toBeGreaterThan(1000);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
