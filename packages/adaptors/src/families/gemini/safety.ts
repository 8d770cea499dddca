import type { JsonRecord } from '@turnpike/core';
import type { EncodeContext } from './encode-context.ts';

const categories = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
  'HARM_CATEGORY_CIVIC_INTEGRITY',
] as const;

const thresholds: ReadonlySet<unknown> = new Set([
  'OFF',
  'BLOCK_NONE',
  'BLOCK_ONLY_HIGH',
  'BLOCK_MEDIUM_AND_ABOVE',
  'BLOCK_LOW_AND_ABOVE',
]);

/**
 * What clients get that cannot say anything about safety themselves. Config `safety_setting` names the threshold, or
 * `unset` for the upstream's own; `safety_civic_integrity: false` is for models that do not know that category.
 */
export function defaultSafety({ target }: EncodeContext): JsonRecord[] {
  const setting = target.config['safety_setting'];
  const wanted = typeof setting === 'string' ? setting.toUpperCase() : undefined;
  if (wanted === 'UNSET') return [];
  const threshold = thresholds.has(wanted)
    ? wanted
    : (target.dialect.gemini?.safetyThreshold ?? 'BLOCK_NONE');
  return categories
    .filter((category) => category !== civic || target.config['safety_civic_integrity'] !== false)
    .map((category) => ({ category, threshold }));
}

const civic = 'HARM_CATEGORY_CIVIC_INTEGRITY';
