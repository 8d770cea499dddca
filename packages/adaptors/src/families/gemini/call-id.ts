import { createHash } from 'node:crypto';

/**
 * An id for a call that came without one. The same facts give the same id, so that a history which is sent again has
 * the ids that it had; nobody can guess one who does not know the facts.
 */
export function makeCallId(...facts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
  return `call_${digest.replaceAll(/[-_]/g, '').slice(0, 24)}`;
}
