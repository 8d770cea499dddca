/** Lists whose entries of both sides count; of every other header one counts. */
const joined: ReadonlySet<string> = new Set(['anthropic-beta']);

/**
 * Adds headers to a list of name, value, …: the channel's own, then the client's, which win where both name one.
 *
 * @param own the channel's; @param forwarded the client's; names in lower case
 */
export function mergeHeaders(
  headers: string[],
  own: readonly string[],
  forwarded: readonly string[],
): void {
  const merged = new Map<string, string>();
  for (const list of [own, forwarded]) {
    for (let at = 0; at + 1 < list.length; at += 2) {
      const name = (list[at] as string).toLowerCase();
      const value = list[at + 1] as string;
      const before = merged.get(name);
      merged.set(name, before !== undefined && joined.has(name) ? joinList(before, value) : value);
    }
  }
  for (const [name, value] of merged) headers.push(name, value);
}

function joinList(one: string, other: string): string {
  const items = [...one.split(','), ...other.split(',')].map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))].join(',');
}
