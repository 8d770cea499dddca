export { openDatabase } from './connect.ts';
export type { Database, DatabaseSettings, SqliteSynchronous } from './connect.ts';
export { isMigrated, migrate } from './migrations/migrate.ts';
export type { MigrateOptions, MigrationReport } from './migrations/migrate.ts';
