import { describeMove } from './move-database.contract.ts';

describeMove('PostgreSQL', 'postgres');
describeMove('MySQL', 'mysql');
