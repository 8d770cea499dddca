import type { ColumnDefinition, TableDefinition } from '../schema/table-definition.ts';

const id: ColumnDefinition = { name: 'id', type: 'id' };

function string(name: string, value?: string): ColumnDefinition {
  return { name, type: 'string', ...(value !== undefined && { default: value }) };
}

function integer(name: string, value?: number): ColumnDefinition {
  return { name, type: 'integer', ...(value !== undefined && { default: value }) };
}

function boolean(name: string, value?: boolean): ColumnDefinition {
  return { name, type: 'boolean', ...(value !== undefined && { default: value }) };
}

const group: ColumnDefinition = { name: 'group', type: { varchar: 32 }, default: 'default' };

const users: TableDefinition = {
  name: 'users',
  columns: [
    id,
    string('username'),
    { name: 'password', type: 'long', notNull: true },
    string('display_name'),
    integer('role', 1),
    integer('status', 1),
    string('email'),
    string('github_id'),
    string('wechat_id'),
    string('lark_id'),
    string('oidc_id'),
    { name: 'access_token', type: { char: 32 } },
    integer('quota', 0),
    integer('used_quota', 0),
    integer('request_count', 0),
    group,
    { name: 'aff_code', type: { varchar: 32 } },
    integer('inviter_id'),
  ],
  primaryKey: ['id'],
  uniqueConstraint: { name: 'uni_users_username', column: 'username' },
  indexes: [
    { name: 'idx_users_username', columns: ['username'] },
    { name: 'idx_users_display_name', columns: ['display_name'] },
    { name: 'idx_users_email', columns: ['email'] },
    { name: 'idx_users_git_hub_id', columns: ['github_id'] },
    { name: 'idx_users_we_chat_id', columns: ['wechat_id'] },
    { name: 'idx_users_lark_id', columns: ['lark_id'] },
    { name: 'idx_users_oidc_id', columns: ['oidc_id'] },
    { name: 'idx_users_access_token', columns: ['access_token'], isUnique: true },
    { name: 'idx_users_aff_code', columns: ['aff_code'], isUnique: true },
    { name: 'idx_users_inviter_id', columns: ['inviter_id'] },
  ],
};

const tokens: TableDefinition = {
  name: 'tokens',
  columns: [
    id,
    integer('user_id'),
    { name: 'key', type: { char: 48 } },
    integer('status', 1),
    string('name'),
    integer('created_time'),
    integer('accessed_time'),
    integer('expired_time', -1),
    integer('remain_quota', 0),
    boolean('unlimited_quota', false),
    integer('used_quota', 0),
    { name: 'models', type: 'text' },
    string('subnet', ''),
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'idx_tokens_key', columns: ['key'], isUnique: true },
    { name: 'idx_tokens_name', columns: ['name'] },
  ],
};

const channels: TableDefinition = {
  name: 'channels',
  columns: [
    id,
    integer('type', 0),
    { name: 'key', type: 'text' },
    integer('status', 1),
    string('name'),
    { name: 'weight', type: 'unsigned', default: 0 },
    integer('created_time'),
    integer('test_time'),
    integer('response_time'),
    string('base_url', ''),
    { name: 'other', type: 'long' },
    { name: 'balance', type: 'float' },
    integer('balance_updated_time'),
    { name: 'models', type: 'long' },
    group,
    integer('used_quota', 0),
    { name: 'model_mapping', type: { varchar: 1024 }, default: '' },
    integer('priority', 0),
    { name: 'config', type: 'long' },
    { name: 'system_prompt', type: 'text' },
  ],
  primaryKey: ['id'],
  indexes: [{ name: 'idx_channels_name', columns: ['name'] }],
};

const abilities: TableDefinition = {
  name: 'abilities',
  columns: [
    { name: 'group', type: { varchar: 32 } },
    string('model'),
    integer('channel_id'),
    boolean('enabled'),
    integer('priority', 0),
  ],
  primaryKey: ['group', 'model', 'channel_id'],
  indexes: [
    { name: 'idx_abilities_channel_id', columns: ['channel_id'] },
    { name: 'idx_abilities_priority', columns: ['priority'] },
  ],
};

const redemptions: TableDefinition = {
  name: 'redemptions',
  columns: [
    id,
    integer('user_id'),
    { name: 'key', type: { char: 32 } },
    integer('status', 1),
    string('name'),
    integer('quota', 100),
    integer('created_time'),
    integer('redeemed_time'),
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'idx_redemptions_key', columns: ['key'], isUnique: true },
    { name: 'idx_redemptions_name', columns: ['name'] },
  ],
};

const options: TableDefinition = {
  name: 'options',
  columns: [string('key'), { name: 'value', type: 'long' }],
  primaryKey: ['key'],
  indexes: [],
};

/** Requests, top-ups and management; may live in a database of its own. */
export const logsTable: TableDefinition = {
  name: 'logs',
  columns: [
    id,
    integer('user_id'),
    integer('created_at'),
    integer('type'),
    { name: 'content', type: 'long' },
    string('username', ''),
    string('token_name', ''),
    string('model_name', ''),
    integer('quota', 0),
    integer('prompt_tokens', 0),
    integer('completion_tokens', 0),
    integer('channel_id'),
    string('request_id', ''),
    integer('elapsed_time', 0),
    boolean('is_stream', false),
    boolean('system_prompt_reset', false),
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'idx_logs_user_id', columns: ['user_id'] },
    { name: 'idx_created_at_type', columns: ['created_at', 'type'] },
    { name: 'index_username_model_name', columns: ['model_name', 'username'] },
    { name: 'idx_logs_token_name', columns: ['token_name'] },
    { name: 'idx_logs_model_name', columns: ['model_name'] },
    { name: 'idx_logs_channel_id', columns: ['channel_id'] },
  ],
};

/** One API's tables, column by column, with its names, types, defaults and indexes. */
export const oneApiTables: readonly TableDefinition[] = [
  users,
  tokens,
  channels,
  abilities,
  redemptions,
  options,
  logsTable,
];
