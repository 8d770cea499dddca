import { openTestStore } from '../testing/open-test-store.ts';
import { describeLedgerBudgets } from './ledger-budgets.contract.ts';
import { describeLedgerRefunds } from './ledger-refunds.contract.ts';
import { describeLedgerRepository } from './ledger-repository.contract.ts';

describeLedgerRepository('PostgreSQL', () => openTestStore('postgres'));
describeLedgerRepository('MySQL', () => openTestStore('mysql'));
describeLedgerRefunds('PostgreSQL', () => openTestStore('postgres'));
describeLedgerRefunds('MySQL', () => openTestStore('mysql'));
describeLedgerBudgets('PostgreSQL', () => openTestStore('postgres'));
describeLedgerBudgets('MySQL', () => openTestStore('mysql'));
