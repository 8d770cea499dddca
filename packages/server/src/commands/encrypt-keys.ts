import type { Command } from '../cli/run-cli.ts';
import { print, withStore } from './open-store-command.ts';

/** Encrypts the secrets of an adopted database; those that are encrypted already stay as they are. */
export const encryptKeys: Command = (settings, logger) =>
  withStore(settings, logger, async (store) => {
    print(
      `Encrypted: ${describe(await store.encryptKeys())}. One API cannot use this database until decrypt-keys.`,
    );
    return 0;
  });

/** Writes the secrets in the clear again. */
export const decryptKeys: Command = (settings, logger) =>
  withStore(settings, logger, async (store) => {
    print(`Decrypted: ${describe(await store.decryptKeys())}.`);
    return 0;
  });

function describe(report: {
  apiTokens: number;
  users: number;
  channels: number;
  options: number;
}): string {
  const { apiTokens, users, channels, options } = report;
  return `${String(apiTokens)} token keys, ${String(users)} access tokens, ${String(channels)} channel keys, ${String(options)} options`;
}
