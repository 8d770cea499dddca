import type { PathFacts } from '../../translation.ts';

/**
 * Whether a client speaks the version from which on members without a value are present as null. Validators of older
 * clients refuse them.
 */
export function isLatestVersion({ headers }: PathFacts): boolean {
  return (headers['anthropic-version'] ?? '') >= '2026-10-21';
}
