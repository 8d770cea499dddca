import type { Part } from '@turnpike/core';

/** Parts that follow one another and belong together. */
export interface PartGroup {
  isMatch: boolean;
  parts: Part[];
}

/** Runs of parts for which `keyOf` gives the same; false where they do not match. */
export function groupParts(parts: readonly Part[], keyOf: (part: Part) => unknown): PartGroup[] {
  const groups: (PartGroup & { key: unknown })[] = [];
  for (const part of parts) {
    const key = keyOf(part);
    const last = groups.at(-1);
    if (last !== undefined && last.key === key) last.parts.push(part);
    else groups.push({ key, isMatch: key !== false, parts: [part] });
  }
  return groups;
}

/** What several parts share stands once behind itself. */
export function onlyOnce<Item>(items: readonly Item[]): Item[] {
  return items.filter((item, index) => items[index - 1] !== item);
}
