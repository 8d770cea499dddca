import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../connect.ts';
import { createOneApiDatabase } from '../testing/create-one-api-database.ts';
import { testNow } from '../testing/open-test-store.ts';
import { migrations } from './index.ts';
import { describeMigrations } from './migrate.contract.ts';
import { migrate } from './migrate.ts';

describeMigrations('SQLite', 'sqlite');

describe('migrations', () => {
  it('lists every file, in the order of its time', async () => {
    const files = await readdir(dirname(fileURLToPath(import.meta.url)));
    const steps = files.filter((file) => /^\d{14}_[a-z_]+\.ts$/.test(file)).sort();

    expect(steps.length).toBeGreaterThan(0);
    expect(migrations.map(({ name }) => `${name}.ts`)).toEqual(steps);
  });

  it('copies an adopted SQLite file first, as it was', async () => {
    const place = await createOneApiDatabase('sqlite');
    const before = readAll(place.sqlitePath);
    const database = await openDatabase({
      variable: 'SQL_DSN',
      dsn: '',
      sqlitePath: place.sqlitePath,
    });

    const { copy } = await migrate(database, { now: testNow });

    expect(copy).toBe(`${place.sqlitePath}.before-turnpike-20260921T141420Z`);
    expect(readAll(copy!)).toEqual(before);
    await database.close();
    await place.drop();
  });

  it('leaves the text of One API’s tables as its migrator reads it: names in back-ticks', async () => {
    const place = await createOneApiDatabase('sqlite', 'old');
    const database = await openDatabase({
      variable: 'SQL_DSN',
      dsn: '',
      sqlitePath: place.sqlitePath,
    });
    await migrate(database);
    await database.close();

    const texts = readAll(place.sqlitePath).schema.filter((text) =>
      text.startsWith('CREATE TABLE'),
    );

    for (const text of texts) {
      const columns = text.slice(text.indexOf('(') + 1).split(/,(?![^(]*\))/);
      for (const column of columns)
        expect(column.trim()).toMatch(/^(`\w+` |PRIMARY KEY|CONSTRAINT)/);
    }
    await place.drop();
  });
});

function readAll(file: string): { schema: string[]; users: unknown[]; tokens: unknown[] } {
  const db = new Sqlite(file, { readonly: true });
  try {
    const schema = db.prepare('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL').all() as {
      sql: string;
    }[];
    return {
      schema: schema.map(({ sql }) => sql),
      users: db.prepare('SELECT * FROM users').all(),
      tokens: db.prepare('SELECT * FROM tokens').all(),
    };
  } finally {
    db.close();
  }
}
