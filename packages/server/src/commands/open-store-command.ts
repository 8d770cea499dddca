import type { Logger } from '@turnpike/core';
import type { Store } from '@turnpike/store';
import { openDataDirectory } from '../compose/data-directory.ts';
import { openGatewayStore } from '../compose/open-gateway-store.ts';
import type { Settings } from '../settings/load-settings.ts';

/** Opens the database for one command, and closes it whatever happens. */
export async function withStore(
  settings: Settings,
  logger: Logger,
  run: (store: Store) => Promise<number>,
): Promise<number> {
  const directory = openDataDirectory(settings, { isRunning: false });
  const { store } = await openGatewayStore({ settings, directory, logger });
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

/** Writes a line for people. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
