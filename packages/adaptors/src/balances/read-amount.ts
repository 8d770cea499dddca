/** The member at the end of a path; undefined where there is none. */
export function readMember(body: unknown, ...path: readonly string[]): unknown {
  let value = body;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** A number, or a number as text, as many upstreams send amounts. Undefined for anything else. */
export function readAmount(body: unknown, ...path: readonly string[]): number | undefined {
  const value = readMember(body, ...path);
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof amount === 'number' && Number.isFinite(amount) ? amount : undefined;
}

/** Text or a number as text; empty for anything else. */
export function readWords(body: unknown, ...path: readonly string[]): string {
  const value = readMember(body, ...path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function missing(name: string): { problem: string } {
  return { problem: `the answer has no ${name}` };
}
