import { describe, expect, it } from '@jest/globals';
import type { Cell, MoveColumn, MoveTable } from './move-column.ts';
import { TableTally } from './table-tally.ts';

const column = (name: string, kind: MoveColumn['kind']): MoveColumn => ({
  name,
  kind,
  isNullable: true,
  maxCharacters: undefined,
  maxBytes: undefined,
  isAscii: false,
  takesNul: true,
  isPadded: false,
});
const table: MoveTable = {
  name: 'users',
  columns: [column('id', 'integer'), column('name', 'text'), column('quota', 'integer')],
  primaryKey: ['id'],
};

function tallyOf(rows: readonly (readonly Cell[])[]) {
  const tally = new TableTally(table);
  for (const row of rows) tally.add(row);
  return tally.read();
}

describe('TableTally', () => {
  const rows = [
    ['1', 'a', '9223372036854775807'],
    ['2', null, '-5'],
    ['3', 'c', '9223372036854775807'],
  ];

  it('adds up integers of any size exactly', () => {
    expect(tallyOf(rows)).toMatchObject({
      rows: 3,
      sums: { id: '6', quota: '18446744073709551609' },
    });
  });

  it('does not depend on the order', () => {
    expect(tallyOf(rows.toReversed())).toEqual(tallyOf(rows));
  });

  it('sees every difference of a value, also one that keeps the sums', () => {
    const changed = [['1', 'a', '9223372036854775806'], ['2', '', '-4'], rows[2]!];
    const tally = tallyOf(changed);
    expect(tally.sums).toEqual(tallyOf(rows).sums);
    expect(tally.keys).toBe(tallyOf(rows).keys);
    expect(tally.contents).not.toBe(tallyOf(rows).contents);
  });

  it('sees a row with another key', () => {
    expect(tallyOf([['4', 'a', '0']]).keys).not.toBe(tallyOf([['5', 'a', '0']]).keys);
  });
});
