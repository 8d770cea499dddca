import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import knexFactory from 'knex';

/** A database for one test file, under a name of its own. */
export interface TestDatabase {
  /** For `SQL_DSN`; empty for SQLite. */
  dsn: string;
  /** For `SQLITE_PATH`. */
  sqlitePath: string;
  /** Removes it. */
  drop(): Promise<void>;
}

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql';

/** @throws when the service is not there: a suite that cannot get its service fails */
export async function createTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-store-'));
  const sqlitePath = join(folder, 'test.db');
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  if (kind === 'sqlite') return { dsn: '', sqlitePath, drop: removeFolder };

  const url = new URL(requireUrl(kind === 'postgres' ? 'TEST_POSTGRES_URL' : 'TEST_MYSQL_URL'));
  const name = `turnpike_${randomBytes(6).toString('hex')}`;
  const charset = kind === 'mysql' ? ' CHARACTER SET utf8mb4' : '';
  await runOnServer(kind, url, `CREATE DATABASE ${name}${charset}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    dsn: own.href,
    sqlitePath,
    async drop() {
      const force = kind === 'postgres' ? ' WITH (FORCE)' : '';
      await runOnServer(kind, url, `DROP DATABASE ${name}${force}`);
      await removeFolder();
    },
  };
}

function requireUrl(variable: string): string {
  const url = process.env[variable];
  if (url === undefined || url === '') {
    throw new Error(
      `${variable} is not set: run the tests with \`npm test\`, which starts a server`,
    );
  }
  return url;
}

async function runOnServer(kind: 'postgres' | 'mysql', url: URL, sql: string): Promise<void> {
  const knex = knexFactory({
    client: kind === 'postgres' ? 'pg' : 'mysql2',
    connection: url.href,
    pool: { min: 0, max: 1 },
  });
  try {
    await knex.raw(sql);
  } finally {
    await knex.destroy();
  }
}
