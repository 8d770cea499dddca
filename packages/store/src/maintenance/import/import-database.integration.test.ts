import { describeImport } from './import-database.contract.ts';

describeImport('sqlite', 'postgres');
describeImport('postgres', 'mysql');
describeImport('mysql', 'sqlite');
