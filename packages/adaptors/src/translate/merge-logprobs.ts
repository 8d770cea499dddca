import { asObject } from '../wire/json-object.ts';

/** Joins the log probabilities of two chunks: members that are lists are appended, the rest is the later one's. */
export function mergeLogprobs(before: unknown, more: unknown): unknown {
  const first = asObject(before);
  const second = asObject(more);
  if (first === undefined || second === undefined) return more ?? before;
  const merged: Record<string, unknown> = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const known = first[key];
    merged[key] =
      Array.isArray(known) && Array.isArray(value)
        ? [...(known as unknown[]), ...(value as unknown[])]
        : (value ?? known);
  }
  return merged;
}
