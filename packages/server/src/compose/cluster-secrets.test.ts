import { describe, expect, it } from '@jest/globals';
import { sharedSecrets } from './cluster-secrets.ts';

describe('sharedSecrets', () => {
  it('takes what is set', () => {
    expect(sharedSecrets({ encryptionKey: 'e'.repeat(16), sessionSecret: 's' })).toEqual({
      encryptionKey: 'e'.repeat(16),
      sessionSecret: 's',
    });
  });

  it('encrypts under the session secret where that is all there is, as clusters of One API have it', () => {
    expect(sharedSecrets({ encryptionKey: undefined, sessionSecret: 'only-this' })).toEqual({
      encryptionKey: 'only-this',
      sessionSecret: 'only-this',
    });
  });

  it('makes the same session secret on every node out of the encryption key, and does not show that', () => {
    const [one, other] = [1, 2].map(() =>
      sharedSecrets({ encryptionKey: 'a-shared-encryption-key', sessionSecret: undefined }),
    );
    expect(one).toEqual(other);
    expect(one?.sessionSecret).not.toContain('a-shared-encryption-key');
    expect(one?.sessionSecret.length).toBeGreaterThan(40);
  });
});
