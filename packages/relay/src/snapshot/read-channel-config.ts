import { families, type Family } from '@turnpike/core';

/**
 * The wire families that a channel's config names (`families`, a list or text with commas); undefined where it names
 * none that is known.
 */
export function readFamilies(
  config: Readonly<Record<string, unknown>>,
): readonly Family[] | undefined {
  const value = config['families'];
  const names: readonly unknown[] =
    typeof value === 'string' ? value.split(',').map((name) => name.trim()) : asList(value);
  const known = names.flatMap((name) => families.find((family) => family === name) ?? []);
  return known.length === 0 ? undefined : known;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
