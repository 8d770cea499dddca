import { describe, expect, it } from '@jest/globals';
import { clearSecretBox, createSecretBox } from './secret-box.ts';

describe('createSecretBox', () => {
  const box = createSecretBox('a key that is long enough');

  it('opens what it sealed, and seals the same text differently each time', () => {
    expect(box.open(box.seal('sk-upstream'))).toBe('sk-upstream');
    expect(box.seal('sk-upstream')).not.toBe(box.seal('sk-upstream'));
  });

  it('returns clear text of an adopted database unchanged', () => {
    expect(box.open('sk-plain')).toBe('sk-plain');
  });

  it('refuses what was sealed under another key', () => {
    const other = createSecretBox('another key, also long enough');
    expect(() => box.open(other.seal('x'))).toThrow(/OLDER_ENCRYPTION_KEYS/);
  });

  it('opens what was sealed under a key of before, and seals under that of today', () => {
    const today = 'the key of today, long enough';
    const changed = createSecretBox(today, ['never used, but long', 'a key that is long enough']);
    expect(changed.open(box.seal('sk-upstream'))).toBe('sk-upstream');
    expect(createSecretBox(today).open(changed.seal('sk-upstream'))).toBe('sk-upstream');
  });

  it('tells what is sealed under the key of today from everything else', () => {
    const today = createSecretBox('the key of today, long enough', ['a key that is long enough']);
    const texts = ['sk-plain', '', box.seal('x'), today.seal('x'), 'enc:v1:not whole'];
    expect(texts.map((text) => today.isSealedAnew(text))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(clearSecretBox.isSealedAnew(box.seal('x'))).toBe(false);
  });

  it('names the setting that is missing when sealed text meets no key', () => {
    expect(() => clearSecretBox.open(box.seal('x'))).toThrow(/ENCRYPTION_KEY/);
  });
});
