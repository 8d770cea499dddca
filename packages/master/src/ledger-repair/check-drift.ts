import type { LedgerRepository, Logger } from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';

export interface DriftCheckDeps {
  ledgerRepository: Pick<LedgerRepository, 'verifyPage'>;
  metrics: Pick<MasterMetrics, 'driftFound'>;
  logger: Logger;
}

const PAGE = 500;
const LOGGED_AT_MOST = 20;

/** Adds up the whole ledger, a page of accounts at a time. Finds what no program should be able to do. */
export function createDriftCheck(deps: DriftCheckDeps): () => Promise<void> {
  const { ledgerRepository, metrics, logger } = deps;
  return async () => {
    let found = 0;
    for (const kind of ['user', 'token'] as const) {
      let after: number | undefined = 0;
      while (after !== undefined) {
        const page = await ledgerRepository.verifyPage(kind, after, PAGE);
        for (const { account, balance, expected } of page.mismatches) {
          found += 1;
          if (found > LOGGED_AT_MOST) continue;
          logger.error(
            { ...account, balance, expected },
            'balance is not the sum of its ledger: see verify-ledger',
          );
        }
        after = page.lastId;
      }
    }
    metrics.driftFound(found);
  };
}
