import type { Command } from '../cli/run-cli.ts';
import { print, withMigratedStore } from './open-store-command.ts';

/** Brings the database up to date; running it again changes nothing. */
export const migrateDatabase: Command = (settings, logger) =>
  withMigratedStore(settings, logger, (store) => {
    const applied = store.migration?.applied ?? [];
    print(
      applied.length === 0
        ? `The ${store.description} is up to date.`
        : `Migrated the ${store.description}: ${applied.join(', ')}.`,
    );
    return Promise.resolve(0);
  });
