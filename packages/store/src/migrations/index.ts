import { adoptOneApiTables } from './20261121090000_adopt_one_api_tables.ts';
import { createLedger } from './20261121090100_create_ledger.ts';
import { createSecretColumns } from './20261121090200_create_secret_columns.ts';
import { createAuditAndConfig } from './20261121090300_create_audit_and_config.ts';
import { extendLogs } from './20261121090400_extend_logs.ts';
import { createAccountRecords } from './20261121090500_create_account_records.ts';
import { extendParkedUsage } from './20261121091500_extend_parked_usage.ts';
import { extendRedemptions } from './20261121100000_extend_redemptions.ts';
import { extendUsageRequests } from './20261121100100_extend_usage_requests.ts';
import { createBudgets } from './20261121100200_create_budgets.ts';
import { createSignIn } from './20261121110000_create_sign_in.ts';
import { createNotifications } from './20261121110100_create_notifications.ts';
import { indexLogsByTime } from './20261121120000_index_logs_by_time.ts';
import { addChannelTags } from './20261121130000_add_channel_tags.ts';
import { indexAuditEntries } from './20261121130100_index_audit_entries.ts';
import { createGivenUpNotifications } from './20261121140000_create_given_up_notifications.ts';
import { addTokenLossPolicy } from './20261121200000_add_token_loss_policy.ts';
import { identifyDatabase } from './20261122094500_identify_database.ts';
import type { Migration } from './migration.ts';

/** Every migration of the main database, in order. By hand, so that a build cannot lose one. */
export const migrations: readonly Migration[] = [
  adoptOneApiTables,
  createLedger,
  createSecretColumns,
  createAuditAndConfig,
  extendLogs,
  createAccountRecords,
  extendParkedUsage,
  extendRedemptions,
  extendUsageRequests,
  createBudgets,
  createSignIn,
  createNotifications,
  indexLogsByTime,
  addChannelTags,
  indexAuditEntries,
  createGivenUpNotifications,
  addTokenLossPolicy,
  identifyDatabase,
];

/** Those of a log database of its own. */
export const logMigrations: readonly Migration[] = [extendLogs, indexLogsByTime];
