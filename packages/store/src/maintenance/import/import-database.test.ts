import { describeImport } from './import-database.contract.ts';

describeImport('sqlite', 'sqlite');
