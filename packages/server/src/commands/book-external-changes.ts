import type { Command } from '../cli/run-cli.ts';
import { print, withStore } from './open-store-command.ts';

/** Writes a ledger entry for each balance that moved without one, so that the ledger is sound again. */
export const bookExternalChanges: Command = (settings, logger) =>
  withStore(settings, logger, async (store) => {
    const booked = await store.bookExternalChanges();
    for (const { account, delta } of booked) {
      print(`${account.kind} ${String(account.id)}: ${delta > 0 ? '+' : ''}${String(delta)}`);
    }
    print(`Entries written: ${String(booked.length)}.`);
    return 0;
  });
