import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Browsers that are logged in, or about to. */
const sessions: TableDefinition = {
  name: 'sessions',
  columns: [
    // SHA-256 of the id that the browser holds
    { name: 'id_hash', type: { ascii: 64 }, notNull: true },
    // 0: nobody yet
    { name: 'user_id', type: 'integer', notNull: true },
    { name: 'fingerprint', type: { ascii: 64 }, notNull: true },
    { name: 'is_ended', type: 'integer', notNull: true, default: 0 },
    { name: 'has_passed_turnstile', type: 'integer', notNull: true, default: 0 },
    // Unix milliseconds
    { name: 'created_at', type: 'integer', notNull: true },
    { name: 'expires_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['id_hash'],
  indexes: [
    { name: 'idx_sessions_user_id', columns: ['user_id'] },
    { name: 'idx_sessions_expires_at', columns: ['expires_at'] },
  ],
};

/** Verification codes, reset links, states of logins elsewhere. */
const oneTimeCodes: TableDefinition = {
  name: 'one_time_codes',
  columns: [
    { name: 'purpose', type: { ascii: 16 }, notNull: true },
    { name: 'subject', type: { exact: 191 }, notNull: true },
    { name: 'code_hash', type: { ascii: 64 }, notNull: true },
    { name: 'payload', type: 'text' },
    { name: 'attempts', type: 'integer', notNull: true, default: 0 },
    // Unix milliseconds
    { name: 'expires_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['purpose', 'subject'],
  indexes: [{ name: 'idx_one_time_codes_expires_at', columns: ['expires_at'] }],
};

/** Who is who at other providers. The primary key is what lets only one account have an identity. */
const externalIdentities: TableDefinition = {
  name: 'external_identities',
  columns: [
    { name: 'provider', type: { ascii: 16 }, notNull: true },
    { name: 'subject', type: { exact: 191 }, notNull: true },
    { name: 'user_id', type: 'integer', notNull: true },
    // Unix milliseconds
    { name: 'bound_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['provider', 'subject'],
  indexes: [{ name: 'idx_external_identities_user_id', columns: ['user_id'] }],
};

export const createSignIn: Migration = {
  name: '20261121110000_create_sign_in',
  async up(context) {
    for (const table of [sessions, oneTimeCodes, externalIdentities])
      await ensureTable(context, table);
  },
};
