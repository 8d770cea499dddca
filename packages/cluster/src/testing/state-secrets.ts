import type { SecretKeys } from '@turnpike/core';

/** What tests seal under. */
export const testSecrets: SecretKeys = { current: 'a secret of the tests', older: [] };
