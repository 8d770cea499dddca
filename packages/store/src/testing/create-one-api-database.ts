import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import knexFactory, { type Knex } from 'knex';
import {
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from '../../../../test/support/databases.ts';

/** Tables of a One API as its own migrator wrote them, with rows as it leaves them. */
export const oneApiRows = {
  users: [
    {
      id: 1,
      username: 'root',
      password: '$2a$10$DUmA9f6yM0F0lCbT0vBpUuXHh4hE7bqv2lZ0m1v3xgJw1VqJ6wA1a',
      display_name: 'Root User',
      role: 100,
      status: 1,
      access_token: '0123456789abcdef0123456789abcdef',
      quota: 499_999_999_999_000,
      used_quota: 1000,
      request_count: 3,
      group: 'default',
      aff_code: '',
    },
    {
      id: 7,
      username: '用户',
      password: '$2a$10$abcdefghijklmnopqrstuuXHh4hE7bqv2lZ0m1v3xgJw1VqJ6wA1b',
      access_token: 'fedcba9876543210fedcba9876543210',
      quota: -250,
      group: 'vip',
      aff_code: 'aB3d',
      inviter_id: 1,
    },
    { id: 9, username: 'old', password: '', role: null, status: null, quota: null, group: null },
  ],
  tokens: [
    {
      id: 1,
      user_id: 1,
      key: 'AbCdEfGhIjKlMnOp0123456789aBcDeF0123456789aBcDeF',
      status: 1,
      name: 'limited',
      created_time: 1_700_000_000,
      expired_time: -1,
      remain_quota: 4000,
      unlimited_quota: false,
      used_quota: 600,
    },
    {
      id: 2,
      user_id: 7,
      key: 'shortkey',
      status: 2,
      name: 'unlimited',
      remain_quota: -1,
      unlimited_quota: true,
    },
    { id: 40, user_id: 9, key: 'nulls', remain_quota: null, unlimited_quota: null, name: null },
  ],
  channels: [
    {
      id: 3,
      type: 3,
      key: 'azure-key',
      status: 1,
      name: 'azure',
      base_url: 'https://example.openai.azure.com',
      other: '2023-05-15',
      balance: 1.25,
      models: 'gpt-4o, gpt-4o-mini',
      group: 'default,vip',
      model_mapping: '{"gpt-4":"gpt-4o"}',
      priority: 5,
    },
    { id: 8, type: 1, key: 'sk-up', status: 3, name: 'nulls', weight: null, priority: null },
  ],
  abilities: [
    { group: 'default', model: 'gpt-4o', channel_id: 3, enabled: true, priority: 5 },
    { group: 'default', model: 'orphan', channel_id: 99, enabled: true, priority: null },
  ],
  options: [
    { key: 'ModelRatio', value: '{"gpt-4o":1.25}' },
    { key: 'SMTPToken', value: 'mail-password' },
    { key: 'Unknown', value: null },
  ],
  redemptions: [{ id: 1, user_id: 1, key: 'c0de0000c0de0000c0de0000c0de0000', quota: 500 }],
  logs: [
    {
      id: 1,
      user_id: 1,
      created_at: 1_700_000_000,
      type: 2,
      content: '倍率：1.25 × 1.00 × 4.00',
      username: 'root',
      quota: 1000,
      model_name: 'gpt-4o',
    },
    { id: 5, user_id: 7, created_at: null, type: null, content: null, model_name: null },
  ],
} as const;

export type OneApiTable = keyof typeof oneApiRows;

/** Columns that versions from before 2024 lack. */
const newerColumns = {
  users: ['lark_id', 'oidc_id'],
  tokens: ['models', 'subnet'],
  channels: ['config', 'system_prompt', 'priority', 'weight'],
  logs: ['request_id', 'elapsed_time', 'is_stream', 'system_prompt_reset'],
} as const;

/** @param age `old`: columns of later versions are missing */
export async function createOneApiDatabase(
  kind: DatabaseKind,
  age: 'current' | 'old' = 'current',
): Promise<TestDatabase> {
  const database = await createTestDatabase(kind);
  const knex = connectPlainly(kind, database);
  try {
    const file = join(
      dirname(fileURLToPath(import.meta.url)),
      `../migrations/__fixtures__/one-api-${kind}.sql`,
    );
    const statements = (await readFile(file, 'utf8')).split(';\n').filter((text) => text !== '');
    for (const statement of statements) await knex.raw(statement);
    if (age === 'old') await dropNewerColumns(knex);
    for (const [table, rows] of Object.entries(oneApiRows)) {
      const present = await knex(table).columnInfo();
      for (const row of rows) {
        const columns = Object.entries(row).filter(([column]) => column in present);
        await knex(table).insert(Object.fromEntries(columns));
      }
    }
  } finally {
    await knex.destroy();
  }
  return database;
}

async function dropNewerColumns(knex: Knex): Promise<void> {
  for (const index of ['users.idx_users_lark_id', 'users.idx_users_oidc_id']) {
    const [table = '', name = ''] = index.split('.');
    await knex.schema.alterTable(table, (builder) => {
      builder.dropIndex([], name);
    });
  }
  for (const [table, columns] of Object.entries(newerColumns)) {
    for (const column of columns) await knex.raw('ALTER TABLE ?? DROP COLUMN ??', [table, column]);
  }
}

/** As another program sees the database: no session settings of ours. */
export function connectPlainly(kind: DatabaseKind, database: TestDatabase): Knex {
  if (kind === 'sqlite') {
    const connection = { filename: database.sqlitePath };
    return knexFactory({ client: 'better-sqlite3', connection, useNullAsDefault: false });
  }
  const client = kind === 'postgres' ? 'pg' : 'mysql2';
  return knexFactory({ client, connection: database.dsn, pool: { min: 0, max: 2 } });
}
