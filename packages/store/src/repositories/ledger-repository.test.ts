import { openTestStore } from '../testing/open-test-store.ts';
import { describeLedgerRepository } from './ledger-repository.contract.ts';

describeLedgerRepository('SQLite, prepared statements', () => openTestStore('sqlite'));
describeLedgerRepository(
  'SQLite, Knex',
  () => openTestStore('sqlite'),
  ({ knexLedger }) => knexLedger,
);
