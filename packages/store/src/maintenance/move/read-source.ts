import type { Database, Statement } from 'better-sqlite3';
import { convertValue, type SourceValue } from './convert-value.ts';
import type { Cell, MoveTable } from './move-column.ts';

/** Rows that are read, checked and written at a time. */
const PAGE_ROWS = 1000;

/** A value that the target cannot hold. Says where it is, never what it is: it may be a secret. */
export interface MoveProblem {
  table: string;
  /** `id 17`. */
  row: string;
  column: string;
  /** `is 70 characters long; 48 fit`. */
  reason: string;
}

export interface SourcePage {
  rows: Cell[][];
  /** Key of the last row; undefined: there are no more rows. */
  lastKey: string[] | undefined;
  problems: MoveProblem[];
}

/** Reads a table in the order of its primary key, a page at a time, with every value as the target holds it. */
export class SourceReader {
  readonly #table: MoveTable;
  readonly #first: Statement<unknown[], SourceValue[]>;
  readonly #next: Statement<unknown[], SourceValue[]>;
  readonly #cell: (column: string) => Statement<unknown[], Buffer>;
  readonly #keyPositions: readonly number[];

  constructor(db: Database, table: MoveTable) {
    this.#table = table;
    const { name, columns, primaryKey } = table;
    this.#keyPositions = primaryKey.map((key) => columns.findIndex((each) => each.name === key));
    const select = `SELECT ${columns.map((column) => quote(column.name)).join(',')} FROM ${quote(name)}`;
    const key = primaryKey.map(quote).join(',');
    const marks = primaryKey.map(() => '?').join(',');
    const order = `ORDER BY ${key} LIMIT ${String(PAGE_ROWS)}`;
    this.#first = prepareRows(db, `${select} ${order}`);
    this.#next = prepareRows(db, `${select} WHERE (${key}) > (${marks}) ${order}`);
    this.#cell = (column) =>
      db
        .prepare<unknown[], Buffer>(
          `SELECT CAST(${quote(column)} AS BLOB) FROM ${quote(name)} WHERE (${key}) = (${marks})`,
        )
        .pluck();
  }

  /** @param after key of the row before the page; undefined: the first page */
  read(after: readonly string[] | undefined): SourcePage {
    const found =
      after === undefined ? this.#first.all() : this.#next.all(...this.#toParameters(after));
    const problems: MoveProblem[] = [];
    const rows = found.map((values) => this.#convert(values, problems));
    const last = rows.at(-1);
    return { rows, lastKey: last && this.#keyOf(last).map(String), problems };
  }

  /** `id 17`, or `group default, model gpt-4o, channel_id 3`. */
  describe(row: readonly Cell[]): string {
    return this.#keyOf(row)
      .map((cell, index) => `${this.#table.primaryKey[index] ?? ''} ${String(cell)}`)
      .join(', ');
  }

  #convert(values: SourceValue[], problems: MoveProblem[]): Cell[] {
    const { name, columns } = this.#table;
    const bad: { column: string; reason: string }[] = [];
    const row = columns.map((column, position): Cell => {
      const value = values[position] ?? null;
      const conversion = convertValue(value, column);
      if (conversion.problem !== undefined) {
        bad.push({ column: column.name, reason: conversion.problem });
        return describeRoughly(value);
      }
      if (
        typeof value === 'string' &&
        value.includes('\uFFFD') &&
        !this.#isUtf8(values, column.name)
      )
        bad.push({ column: column.name, reason: 'holds text that is not valid UTF-8' });
      return conversion.cell;
    });
    for (const each of bad) problems.push({ table: name, row: this.describe(row), ...each });
    return row;
  }

  /** The driver replaces bytes that are no UTF-8 without a word; only the bytes tell. */
  #isUtf8(values: readonly SourceValue[], column: string): boolean {
    const key = this.#keyPositions.map((position) => values[position]);
    const bytes = this.#cell(column).get(...key);
    if (bytes === undefined) return false; // its key is what is not valid
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  }

  #keyOf(row: readonly Cell[]): Cell[] {
    return this.#keyPositions.map((position) => row[position] ?? null);
  }

  /** Integers must be compared as integers. */
  #toParameters(key: readonly string[]): (bigint | string)[] {
    return key.map((text, index) => {
      const column = this.#table.columns[this.#keyPositions[index] ?? 0];
      return column?.kind === 'integer' || column?.kind === 'unsigned' ? BigInt(text) : text;
    });
  }
}

function prepareRows(db: Database, sql: string): Statement<unknown[], SourceValue[]> {
  return db.prepare<unknown[], SourceValue[]>(sql).raw().safeIntegers();
}

/** Stands for a bad value in the name of its row. */
function describeRoughly(value: SourceValue): string | null {
  return value === null || value instanceof Uint8Array ? null : String(value).slice(0, 60);
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
