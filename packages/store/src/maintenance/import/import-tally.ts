import { columnsOf } from './import-columns.ts';
import type { ImportedTable, ImportRow, Mapped } from './import-types.ts';

/** What becomes of the rows of one table. */
export interface TableReport {
  table: ImportedTable;
  /** Rows in the source. */
  read: number;
  imported: number;
  /** Why rows are left out → how many. */
  skipped: Readonly<Record<string, number>>;
  /** What is changed on the way → how many rows. */
  notes: Readonly<Record<string, number>>;
  /** Σ of columns over the imported rows, as decimal text. */
  sums: Readonly<Record<string, string>>;
}

/** Columns whose sums must be the same on both sides. */
export const summedColumns: Readonly<Record<ImportedTable, readonly string[]>> = {
  users: ['quota', 'used_quota', 'request_count'],
  tokens: ['remain_quota', 'used_quota'],
  channels: ['used_quota'],
  redemptions: ['quota'],
  options: [],
  logs: ['quota', 'prompt_tokens', 'completion_tokens'],
};

/** Adds up the rows of one table. */
export class ImportTally {
  readonly #table: ImportedTable;
  #read = 0;
  #imported = 0;
  readonly #skipped = new Map<string, number>();
  readonly #notes = new Map<string, number>();
  readonly #sums: Map<string, bigint>;

  constructor(table: ImportedTable) {
    this.#table = table;
    this.#sums = new Map(summedColumns[table].map((column) => [column, 0n]));
  }

  add(mapped: Mapped): void {
    this.#read += 1;
    if ('skip' in mapped) countOne(this.#skipped, mapped.skip);
    if (!('row' in mapped)) return;
    this.#imported += 1;
    for (const note of mapped.notes ?? []) countOne(this.#notes, note);
    for (const [column, sum] of this.#sums)
      this.#sums.set(column, sum + this.#valueOf(mapped.row, column));
  }

  /** What the source does not have, the target fills in. */
  #valueOf(row: ImportRow, column: string): bigint {
    const value = row[column];
    if (value !== undefined) return BigInt(Number(value ?? 0));
    const fallback = columnsOf(this.#table).find(({ name }) => name === column)?.default;
    return BigInt(Number(fallback ?? 0));
  }

  read(): TableReport {
    return {
      table: this.#table,
      read: this.#read,
      imported: this.#imported,
      skipped: Object.fromEntries(this.#skipped),
      notes: Object.fromEntries(this.#notes),
      sums: Object.fromEntries([...this.#sums].map(([column, sum]) => [column, String(sum)])),
    };
  }
}

function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
