import { openTestStore } from '../testing/open-test-store.ts';
import { describeLedgerRepository } from './ledger-repository.contract.ts';

describeLedgerRepository('PostgreSQL', () => openTestStore('postgres'));
describeLedgerRepository('MySQL', () => openTestStore('mysql'));
