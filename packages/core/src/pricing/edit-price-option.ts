import { defaultGroupRatios, readDefaultTable, type PriceTable } from './default-price-table.ts';
import { readPriceJson, type PriceEntry } from './price-json.ts';
import { hasParts, largestPrice, type PriceOptionKey } from './price-options.ts';

/**
 * The whole table in force, as One API's clients expect an option to read: shipped prices with what is stored over them.
 * Groups are a list that an administrator owns, so a stored `GroupRatio` is the table itself.
 *
 * @param stored option text from the database; undefined or unreadable: the shipped table
 * @param atMs Unix milliseconds, for prices that change on a date
 */
export function readPriceOption(
  key: PriceOptionKey,
  stored: string | undefined,
  atMs: number = Date.now(),
): string {
  const set = readStoredTable(stored);
  if (key === 'GroupRatio') return JSON.stringify(set ?? defaultGroupRatios, undefined, 2);
  return JSON.stringify({ ...readDefaultTable(key, atMs), ...set }, undefined, 2);
}

/**
 * Checks a table that a client writes; an empty text returns to the shipped table. What is stored are only the entries that differ from today's shipped price, so a
 * client that writes the whole table back does not pin prices that it never looked at. A `problem` names the entry or the
 * place, and nothing of the table is to be applied then.
 */
export function parsePriceOption(
  key: PriceOptionKey,
  text: string,
  atMs: number = Date.now(),
): { stored: string } | { problem: string } {
  if (text.trim() === '') return { stored: '' };
  const read = readPriceJson(text, hasParts(key));
  if ('problem' in read) return read;
  const problem = read.entries.map(findProblem).find((found) => found !== undefined);
  if (problem !== undefined) return { problem };
  const table = toTable(read.entries);
  const kept =
    key === 'GroupRatio' ? table : diffAgainstDefault(table, readDefaultTable(key, atMs));
  return { stored: JSON.stringify(kept) };
}

/** Entries that say something else than the shipped table. Compared as numbers: clients rewrite 2.50 as 2.5. */
function diffAgainstDefault(table: PriceTable, defaults: PriceTable): PriceTable {
  return Object.fromEntries(
    Object.entries(table).filter(
      ([name, cell]) => !Object.hasOwn(defaults, name) || !isSameCell(cell, defaults[name]),
    ),
  );
}

/** A stored table, without what no price can be (One API stores texts unchecked). */
export function readStoredTable(stored: string | undefined): PriceTable | undefined {
  if (stored === undefined || stored.trim() === '') return undefined;
  const parsed = parseJson(stored);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  return Object.fromEntries(Object.entries(parsed).flatMap(toStoredRow));
}

function toStoredRow([name, cell]: [string, unknown]): [string, PriceTable[string]][] {
  if (isPrice(cell)) return [[name, cell]];
  if (typeof cell !== 'object' || cell === null) return [];
  const parts = Object.entries(cell).filter((part): part is [string, number] => isPrice(part[1]));
  return parts.length === 0 ? [] : [[name, Object.fromEntries(parts)]];
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= largestPrice;
}

function findProblem({ name, part, value }: PriceEntry): string | undefined {
  const label = part === undefined ? `"${name}"` : `"${name}" / "${part}"`;
  if (value < 0) return `${label} is negative (${value})`;
  if (value > largestPrice) return `${label} is absurdly large (${value}; at most ${largestPrice})`;
  return undefined;
}

function toTable(entries: readonly PriceEntry[]): PriceTable {
  const table = new Map<string, number | Record<string, number>>();
  for (const { name, part, value } of entries) {
    if (part === undefined) {
      table.set(name, value);
      continue;
    }
    const cell = table.get(name);
    table.set(name, { ...(typeof cell === 'object' ? cell : {}), [part]: value });
  }
  return Object.fromEntries(table);
}

function isSameCell(a: PriceTable[string], b: PriceTable[string] | undefined): boolean {
  if (typeof a === 'number' || typeof b !== 'object') return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // stored by another program; the shipped prices hold until it is corrected
  }
}
