/** The parts of a comma list, trimmed, without blanks and repetitions. */
export function splitList(list: string): string[] {
  const parts = list.split(',').map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== ''))];
}
