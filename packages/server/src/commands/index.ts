import type { CommandEntry } from '../cli/run-cli.ts';

/** The subcommands of `turnpike`. Each file is loaded when its command is wanted, and only then. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  serve: {
    text: 'Run the gateway (what happens without a command).',
    load: async () => (await import('./serve.ts')).serve,
  },
  'verify-ledger': {
    text: 'Prove that every balance is the sum of its entries minus its usage.',
    load: async () => (await import('./verify-ledger.ts')).verifyLedger,
  },
  'book-external-changes': {
    text: 'Take over balances that another program, such as One API, changed meanwhile.',
    load: async () => (await import('./book-external-changes.ts')).bookExternalChanges,
  },
  migrate: {
    text: 'Bring the database to the schema of this version, and stop.',
    load: async () => (await import('./migrate.ts')).migrateDatabase,
  },
  backup: {
    text: 'Copy the SQLite database while the gateway runs: backup [file].',
    load: async () => (await import('./backup.ts')).backup,
  },
  'move-database': {
    text: 'Move the SQLite database to PostgreSQL, MySQL or MariaDB. Stop the gateway first.',
    flags: {
      to: {
        value: '<dsn>',
        text: 'Where to, in the forms of SQL_DSN; - reads it from standard input.',
      },
    },
    load: async () => (await import('./move-database.ts')).moveToDatabase,
  },
  import: {
    text: 'Bring the data of a One API or New API into an empty database.',
    flags: {
      from: { value: '<program>', text: 'one-api or new-api: whose database it is.' },
      dsn: {
        value: '<dsn>',
        text: 'The database: postgres://…, mysql://…, a SQLite file; - reads it from standard input.',
      },
      'log-dsn': { value: '<dsn>', text: 'Where its logs are, if not there too.' },
      'without-logs': { text: 'Everything but the log.' },
      'dry-run': { text: 'Tell what would be imported, and write nothing.' },
    },
    load: async () => (await import('./import-database.ts')).importFromDatabase,
  },
  queue: {
    text: 'Show usage that waits or could not be charged: queue [retry <id…|all> | drop <id…>].',
    load: async () => (await import('./queue.ts')).queue,
  },
  'rebuild-redis': {
    text: 'Write every account and key from the database into the Redis of a cluster.',
    flags: {
      'take-over': {
        text: 'Also where Redis belongs to another database whose usage is lost with it.',
      },
      'same-database': {
        text: 'Redis belongs to this database, restored from a backup older than database ids.',
      },
    },
    load: async () => (await import('./rebuild-redis.ts')).rebuildRedis,
  },
  'check-settings': {
    text: 'Print the settings in force, without secrets.',
    load: async () => (await import('./check-settings.ts')).checkSettings,
  },
  'encrypt-keys': {
    text: 'Encrypt the secrets of the database: of an adopted one (One API cannot read it then), or anew after the key was changed.',
    load: async () => (await import('./encrypt-keys.ts')).encryptKeys,
  },
  'decrypt-keys': {
    text: 'Reverse encrypt-keys, so that One API can open the database again.',
    load: async () => (await import('./encrypt-keys.ts')).decryptKeys,
  },
};
