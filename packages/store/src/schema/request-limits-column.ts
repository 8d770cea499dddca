import { requestLimitNames, type RequestLimits } from '@turnpike/core';
import { readText } from './read-column.ts';

const names = Object.values(requestLimitNames);

/** JSON of the limits that are set; null: none. */
export function toLimitsColumn(limits: RequestLimits | undefined): string | null {
  const set = names.flatMap((name) =>
    limits?.[name] === undefined ? [] : [[name, limits[name]] as const],
  );
  return set.length === 0 ? null : JSON.stringify(Object.fromEntries(set));
}

/** What is no limit that we know reads as none. */
export function readLimits(value: unknown): RequestLimits | undefined {
  const text = readText(value);
  if (text === '') return undefined;
  const stored = parse(text);
  const limits: RequestLimits = {};
  for (const name of names) {
    const limit = stored[name];
    if (Number.isSafeInteger(limit) && Number(limit) >= 1) limits[name] = Number(limit);
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // only a hand could have written it; a row must stay readable
  }
}
