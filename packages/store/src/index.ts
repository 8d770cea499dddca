export { openStore } from './open-store.ts';
export type { Store, StoreDeps, StoreSettings } from './open-store.ts';
export { openDatabase } from './connect.ts';
export type { Database } from './connect.ts';
export type { DatabaseSettings, SqliteSynchronous } from './database-settings.ts';
export { isMigrated, migrate } from './migrations/migrate.ts';
export type { MigrateOptions, MigrationReport } from './migrations/migrate.ts';
export type { RootSeed } from './seed/seed-root.ts';
export type { SecretsReport } from './secrets/convert-secrets.ts';
