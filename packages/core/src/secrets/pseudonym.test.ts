import { describe, expect, it } from '@jest/globals';
import { createPseudonymise } from './pseudonym.ts';

describe('createPseudonymise', () => {
  const pseudonymise = createPseudonymise({ current: 'a secret' });

  it('gives one user of one account the same name at one channel, and nobody else', () => {
    const name = pseudonymise('alice', 7, 3);
    expect(name).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(pseudonymise('alice', 7, 3)).toBe(name);
    const others = [
      pseudonymise('bob', 7, 3),
      pseudonymise('alice', 8, 3),
      pseudonymise('alice', 7, 4),
      pseudonymise('3:alice', 7, 7),
      createPseudonymise({ current: 'another' })('alice', 7, 3),
    ];
    expect(new Set([name, ...others]).size).toBe(6);
  });
});
