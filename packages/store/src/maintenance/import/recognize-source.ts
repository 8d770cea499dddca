import type { ImportFlavour } from './import-types.ts';
import type { ImportSource } from './import-source.ts';

/** What no other program's tables have. */
const NEEDED = { users: 'username', tokens: 'key', channels: 'key', options: 'value' } as const;

/**
 * Makes sure that the source is what it is said to be: the two programs number the types of channels differently.
 *
 * @throws when it is another one, or no database of either
 */
export function requireFlavour(source: ImportSource, flavour: ImportFlavour): void {
  const { columns, description } = source;
  for (const [table, column] of Object.entries(NEEDED)) {
    if (columns.get(table)?.has(column) === true) continue;
    throw new Error(
      `--dsn: the ${description} has no ${table}.${column}, so it is not a database of One API or New API.`,
    );
  }
  if (columns.has('turnpike_meta')) {
    throw new Error(
      `--dsn: the ${description} is used by Turnpike already. Open it in place, or see turnpike move-database.`,
    );
  }
  const found = recognizeFlavour(source);
  if (found === flavour) return;
  throw new Error(
    `--from ${flavour}: the ${description} is one of ${found === 'new-api' ? 'New API' : 'One API'}. Use --from ${found}: the types of channels have other numbers there.`,
  );
}

/** New API keeps a token's models and addresses in columns of its own, and settings of users. */
function recognizeFlavour({ columns }: ImportSource): ImportFlavour {
  const isNewApi =
    columns.get('tokens')?.has('model_limits_enabled') === true ||
    columns.get('users')?.has('aff_history') === true ||
    columns.get('users')?.has('setting') === true;
  return isNewApi ? 'new-api' : 'one-api';
}
