import { hash } from 'node:crypto';
import type { Cell, MoveTable } from './move-column.ts';

/** What a table holds, in a few numbers that do not depend on the order of its rows. */
export interface Tally {
  rows: number;
  /** Of the primary keys. */
  keys: string;
  /** Of everything in every row. */
  contents: string;
  /** Σ of each column of integers, as decimal text; NULL counts as 0. */
  sums: Readonly<Record<string, string>>;
}

/** Adds up the rows of a table, so that what was copied can be compared with what there was. */
export class TableTally {
  #rows = 0;
  #keys = 0n;
  #contents = 0n;
  readonly #keyPositions: readonly number[];
  readonly #sums: readonly { name: string; position: number; sum: Sum }[];

  constructor({ columns, primaryKey }: MoveTable) {
    this.#keyPositions = primaryKey.map((name) => columns.findIndex((each) => each.name === name));
    this.#sums = columns.flatMap(({ name, kind }, position) =>
      kind === 'integer' || kind === 'unsigned' ? [{ name, position, sum: new Sum() }] : [],
    );
  }

  add(row: readonly Cell[]): void {
    this.#rows += 1;
    this.#keys += digestOf(this.#keyPositions.map((position) => row[position]));
    this.#contents += digestOf(row);
    for (const { position, sum } of this.#sums) sum.add(row[position] ?? null);
  }

  read(): Tally {
    return {
      rows: this.#rows,
      keys: toHex(this.#keys),
      contents: toHex(this.#contents),
      sums: Object.fromEntries(this.#sums.map(({ name, sum }) => [name, String(sum.total())])),
    };
  }
}

/** Exact at any size; most numbers are small, and for them it is fast. */
class Sum {
  #small = 0;
  #large = 0n;

  add(cell: Cell): void {
    if (cell === null) return;
    const next = this.#small + Number(cell);
    const isExact = String(cell).length < 16 && Number.isSafeInteger(next);
    if (isExact) this.#small = next;
    else this.#large += BigInt(cell);
  }

  total(): bigint {
    return this.#large + BigInt(this.#small);
  }
}

/** 64 bits of a digest; sums of them tell tables apart whatever the order. */
function digestOf(cells: readonly unknown[]): bigint {
  return hash('md5', JSON.stringify(cells), 'buffer').readBigUInt64LE();
}

function toHex(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, '0');
}
