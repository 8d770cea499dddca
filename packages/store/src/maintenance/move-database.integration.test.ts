import { jest } from '@jest/globals';
import { describeMove } from './move-database.contract.ts';

jest.setTimeout(60_000); // two whole schemas are created for each test

describeMove('PostgreSQL', 'postgres');
describeMove('MySQL', 'mysql');
