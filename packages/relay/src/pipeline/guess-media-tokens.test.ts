import { describe, expect, it } from '@jest/globals';
import { guessDrawnTokens, guessSpokenTokens } from './guess-media-tokens.ts';

describe('guessSpokenTokens', () => {
  it.each([
    ['a minute of English', 'word. '.repeat(150), 1250],
    ['a minute of Chinese', '你好世界'.repeat(67.5), 1250],
    ['nothing', '', 0],
  ])('reckons %s as the vendor does', (_case, text, tokens) => {
    expect(Math.abs(guessSpokenTokens(text) - tokens)).toBeLessThan(15);
  });
});

describe('guessDrawnTokens', () => {
  it.each([
    ['1024x1024', 'low', 272],
    ['1024x1536', 'high', 6240],
    ['1536x1024', 'medium', 1568],
    ['', '', 1056],
    ['auto', 'auto', 1056],
  ])('reckons a picture of %s in %s quality as %d', (size, quality, tokens) => {
    expect(guessDrawnTokens(size, quality)).toBe(tokens);
  });
});
