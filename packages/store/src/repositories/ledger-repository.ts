import type { AppliedUsage, Clock, LedgerRepository, UsageEvent } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import type { UsageWrites } from '../dialects/usage-writes.ts';
import { readBalances } from '../ledger/balances.ts';
import { addUntouchedBalances, chargeAccounts } from '../ledger/charge-accounts.ts';
import { checkQuota, REQUEST_RETENTION_MS, type Charge } from '../ledger/charge.ts';
import { claimRequests } from '../ledger/claim-requests.ts';
import { findRequests } from '../ledger/find-requests.ts';
import { listQuotaEntries } from '../ledger/list-quota-entries.ts';
import { toLogRow } from '../ledger/log-row.ts';
import { addQuota, setQuota } from '../ledger/quota-entries.ts';
import { refundRequest } from '../ledger/refund-request.ts';
import { UsageSums } from '../ledger/usage-sums.ts';
import { verifyLedger, verifyPage } from '../ledger/verify-ledger.ts';
import { parkEvents } from './parked-usage-repository.ts';

export interface LedgerRepositoryDeps {
  knex: Knex;
  /** For what reads much. */
  reader?: Knex;
  dialect: Dialect;
  clock: Clock;
  /** Whether log rows are written for usage (option `LogConsumeEnabled`); asked for each transaction. */
  isConsumptionLogged: () => boolean;
  /** The log database, where it is a separate one: log rows then go by way of the outbox. */
  logs?: Knex | undefined;
}

/**
 * The ledger: what was ever charged.
 *
 * `usage_requests.request_id` is the primary key. That constraint, and nothing in a queue, is what makes a charge
 * happen once: batches may be delivered any number of times, and may overlap.
 */
export function createLedgerRepository(deps: LedgerRepositoryDeps): LedgerRepository {
  const { knex, reader = knex, dialect, clock, logs } = deps;
  return {
    async applyUsage(events) {
      events.forEach(checkQuota);
      return dialect.inWriteTransaction(knex, (trx) => applyUsage(trx, deps, events));
    },

    readBalances: (userIds, apiTokenIds) => readBalances(knex, userIds, apiTokenIds),

    addQuota: (entry) =>
      dialect.inWriteTransaction(knex, (trx) => addQuota(trx, dialect, entry, clock.now())),

    setQuota: (account, quota, reason, { ifVersion, createdBy } = {}) =>
      dialect.inWriteTransaction(knex, (trx) =>
        setQuota(trx, dialect, { account, quota, reason, ifVersion, createdBy }, clock.now()),
      ),

    listEntries: (account, page) => listQuotaEntries(knex, account, page),

    refundRequest: (requestId, createdBy) =>
      dialect.inWriteTransaction(knex, (trx) =>
        refundRequest(trx, dialect, { requestId, createdBy }, clock.now()),
      ),

    findRequests: (requestIds) => findRequests(knex, requestIds),
    verify: () => verifyLedger(reader, logs),
    verifyPage: (kind, afterId, limit) => verifyPage(reader, kind, afterId, limit),
  };
}

async function applyUsage(
  trx: Knex.Transaction,
  { dialect, clock, isConsumptionLogged, logs }: LedgerRepositoryDeps,
  events: readonly UsageEvent[],
): Promise<AppliedUsage> {
  const now = clock.now();
  const oldest = now - REQUEST_RETENTION_MS;
  const tooOld = events.filter(({ at }) => at < oldest);
  const timely = tooOld.length === 0 ? events : events.filter(({ at }) => at >= oldest);

  const isLogged = isConsumptionLogged();
  const charges = await claimRequests(trx, dialect, timely, { now, isLogged });
  const sums = new UsageSums();
  for (const charge of charges) sums.add(charge);

  const logRows = isLogged ? toLogRows(charges, logs !== undefined) : noLogRows;
  const charged = await chargeAccounts(trx, dialect, sums, logRows, now);
  await parkEvents(trx, tooOld, 'too-old', now);
  const repeated = events.length - charges.length - tooOld.length;
  const balances =
    repeated + tooOld.length === 0
      ? charged
      : await addUntouchedBalances(trx, events, sums, charged);
  return { charged: charges.length, repeated, ...balances };
}

const noLogRows = { table: 'logs', rows: [] } as const;

function toLogRows(charges: readonly Charge[], byOutbox: boolean): UsageWrites['logs'] {
  return byOutbox
    ? { table: 'log_outbox', rows: charges.map(toOutboxRow) }
    : { table: 'logs', rows: charges.map((charge) => ({ ...toLogRow(charge) })) };
}

function toOutboxRow(charge: Charge): { entry_key: string; log_row: string } {
  return { entry_key: charge.key, log_row: JSON.stringify(toLogRow(charge)) };
}
