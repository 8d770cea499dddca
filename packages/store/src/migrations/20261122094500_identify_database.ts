import { randomUUID } from 'node:crypto';
import { noteDatabaseId } from '../schema/database-id.ts';
import type { Migration } from './migration.ts';

/** An id that this database has for ever, and its backups and the databases that it is moved to have too. */
export const identifyDatabase: Migration = {
  name: '20261122094500_identify_database',
  async up({ connection }) {
    await noteDatabaseId(connection, randomUUID());
  },
};
