import type { Knex } from 'knex';
import {
  createTestDatabase,
  type DatabaseKind,
  type TestDatabase,
} from '../../../../test/support/databases.ts';
import { connectPlainly } from './create-one-api-database.ts';

type Columns = Readonly<Record<string, 'id' | 'integer' | 'boolean' | 'float' | 'text' | 'time'>>;

/** The columns of New API that differ from One API's, and those that are needed. */
const tables: Readonly<Record<string, Columns>> = {
  users: {
    ...{ id: 'id', username: 'text', password: 'text', display_name: 'text', role: 'integer' },
    ...{ status: 'integer', email: 'text', github_id: 'text', oidc_id: 'text', wechat_id: 'text' },
    ...{ telegram_id: 'text', linux_do_id: 'text', access_token: 'text', quota: 'integer' },
    ...{ used_quota: 'integer', request_count: 'integer', group: 'text', aff_code: 'text' },
    ...{ aff_count: 'integer', aff_quota: 'integer', aff_history: 'integer', setting: 'text' },
    ...{ inviter_id: 'integer', deleted_at: 'time' },
  },
  tokens: {
    ...{ id: 'id', user_id: 'integer', key: 'text', status: 'integer', name: 'text' },
    ...{ created_time: 'integer', accessed_time: 'integer', expired_time: 'integer' },
    ...{ remain_quota: 'integer', unlimited_quota: 'boolean', model_limits_enabled: 'boolean' },
    ...{ model_limits: 'text', allow_ips: 'text', used_quota: 'integer', group: 'text' },
    ...{ deleted_at: 'time' },
  },
  channels: {
    ...{ id: 'id', type: 'integer', key: 'text', status: 'integer', name: 'text' },
    ...{ weight: 'integer', created_time: 'integer', base_url: 'text', other: 'text' },
    ...{ balance: 'float', models: 'text', group: 'text', used_quota: 'integer' },
    ...{ model_mapping: 'text', priority: 'integer', tag: 'text', setting: 'text' },
    ...{ param_override: 'text' },
  },
  options: { key: 'text', value: 'text' },
  redemptions: {
    ...{ id: 'id', user_id: 'integer', key: 'text', status: 'integer', name: 'text' },
    ...{ quota: 'integer', created_time: 'integer', redeemed_time: 'integer' },
    ...{ used_user_id: 'integer', deleted_at: 'time' },
  },
  logs: {
    ...{ id: 'id', user_id: 'integer', created_at: 'integer', type: 'integer', content: 'text' },
    ...{ username: 'text', token_name: 'text', model_name: 'text', quota: 'integer' },
    ...{ prompt_tokens: 'integer', completion_tokens: 'integer', use_time: 'integer' },
    ...{ is_stream: 'boolean', channel_id: 'integer', token_id: 'integer', group: 'text' },
    ...{ other: 'text' },
  },
  midjourneys: { id: 'id', prompt: 'text' },
};

const removed = '2025-03-01 10:00:00';

/** One of each thing that is not the same here. */
const newApiRows = {
  users: [
    { id: 1, username: 'root', password: '$2a$10$root', role: 100, status: 1, quota: 100_000_000 },
    {
      ...{ id: 2, username: 'buyer', password: '$2a$10$buyer', role: 1, status: 1, quota: 700 },
      ...{ used_quota: 300, request_count: 4, group: 'vip', aff_code: 'x1y2', aff_quota: 50 },
      ...{ access_token: 'abcdefabcdefabcdefabcdefabcdefab', telegram_id: '77' },
    },
    {
      ...{ id: 3, username: 'gone', password: 'x', role: 1, status: 1, quota: 9, aff_code: 'zzzz' },
      ...{ email: 'gone@example.com', deleted_at: removed },
    },
  ],
  tokens: [
    {
      ...{ id: 1, user_id: 2, key: 'a'.repeat(48), status: 1, name: 'limited', expired_time: -1 },
      ...{ remain_quota: 40, unlimited_quota: false, model_limits_enabled: true },
      ...{ model_limits: 'gpt-4o,o3', allow_ips: '10.1.2.3\n2001:db8::1\nnonsense', group: 'svip' },
    },
    {
      ...{ id: 2, user_id: 2, key: 'b'.repeat(48), status: 1, name: 'nothing', expired_time: -1 },
      ...{ remain_quota: 5, unlimited_quota: false, model_limits_enabled: true, model_limits: '' },
    },
    { id: 3, user_id: 2, key: 'c'.repeat(48), status: 1, name: 'removed', deleted_at: removed },
    {
      ...{ id: 4, user_id: 2, key: 'd'.repeat(48), status: 1, name: 'nowhere', expired_time: -1 },
      ...{ remain_quota: 0, unlimited_quota: true, allow_ips: 'localhost' },
    },
  ],
  channels: [
    {
      ...{ id: 1, type: 43, key: 'sk-deep', status: 1, name: 'deepseek', models: 'deepseek-chat' },
      param_override: '{"model":"dearer"}',
    },
    {
      ...{ id: 2, type: 27, key: 'pplx', status: 1, name: 'perplexity', models: 'sonar' },
      param_override: '{"top_p":1.0}',
    },
    {
      ...{ id: 3, type: 41, key: '{"project_id":"p1","private_key":"adc-secret"}', status: 1 },
      ...{ name: 'vertex', other: '{"default":"us-east5"}', models: 'gemini-2.5-pro' },
      param_override: '{"seed":7}',
    },
    { id: 4, type: 36, key: 'suno', status: 1, name: 'suno', models: 'suno_music' },
    { id: 5, type: 999, key: 'x', status: 1, name: 'future', models: 'y' },
  ],
  options: [
    { key: 'GroupRatio', value: '{"default":1,"vip":0.8}' },
    { key: 'oidc.client_secret', value: 'oidc-sentinel' },
    { key: 'RetryTimes', value: 'many' },
    { key: 'DrawingEnabled', value: 'true' },
  ],
  redemptions: [
    { id: 1, user_id: 1, key: 'e'.repeat(32), status: 1, name: 'r', quota: 100 },
    { id: 2, user_id: 1, key: 'f'.repeat(32), status: 1, name: 'r', quota: 1, deleted_at: removed },
  ],
  logs: [
    {
      ...{ id: 4, user_id: 2, created_at: 1_740_000_000, type: 2, content: 'x', username: 'buyer' },
      ...{ token_name: 'limited', model_name: 'gpt-4o', quota: 300, prompt_tokens: 10 },
      ...{ completion_tokens: 5, use_time: 3, is_stream: true, channel_id: 1, token_id: 1 },
    },
    { id: 5, user_id: 2, created_at: 1_740_000_001, type: 5, content: 'failed' },
  ],
  midjourneys: [{ id: 1, prompt: 'a fox' }],
} as const;

/** A database of New API, as far as an import looks at it. */
export async function createNewApiDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const database = await createTestDatabase(kind);
  const knex = connectPlainly(kind, database);
  try {
    for (const [name, columns] of Object.entries(tables)) {
      await knex.schema.createTable(name, (table) => {
        addColumns(table, columns);
      });
    }
    for (const [name, rows] of Object.entries(newApiRows))
      for (const row of rows) await knex(name).insert(row);
  } finally {
    await knex.destroy();
  }
  return database;
}

function addColumns(table: Knex.CreateTableBuilder, columns: Columns): void {
  for (const [column, type] of Object.entries(columns)) {
    if (type === 'id') table.bigInteger(column).primary();
    else if (type === 'integer') table.bigInteger(column);
    else if (type === 'boolean') table.boolean(column);
    else if (type === 'float') table.double(column);
    else if (type === 'time') table.dateTime(column);
    else table.text(column);
  }
}
