import { openTestStore } from '../testing/open-test-store.ts';
import { describeLedgerRefunds } from './ledger-refunds.contract.ts';
import { describeLedgerRepository } from './ledger-repository.contract.ts';

describeLedgerRepository('PostgreSQL', () => openTestStore('postgres'));
describeLedgerRepository('MySQL', () => openTestStore('mysql'));
describeLedgerRefunds('PostgreSQL', () => openTestStore('postgres'));
describeLedgerRefunds('MySQL', () => openTestStore('mysql'));
