import type { Command } from '../cli/run-cli.ts';
import { print, withStore } from './open-store-command.ts';

/** Exit code 0 when every balance is the sum of its entries minus its usage, else 1 with each mismatch. */
export const verifyLedger: Command = (settings, logger) =>
  withStore(settings, logger, async (store) => {
    const found = await store.ledgerRepository.verify();
    print(`users checked: ${String(found.usersChecked)}`);
    print(`limited tokens checked: ${String(found.apiTokensChecked)}`);
    print(`usage, by the hourly roll-up: ${String(found.rollUpQuota)}`);
    print(`requests without a log row: ${String(found.requestsWithoutLog)}`);
    for (const { account, balance, expected } of found.mismatches) {
      print(
        `MISMATCH ${account.kind} ${String(account.id)}: balance ${String(balance)}, expected ${String(expected)}`,
      );
    }
    const isSound = found.mismatches.length === 0;
    print(
      isSound
        ? 'The ledger is sound.'
        : `The ledger is NOT sound: ${String(found.mismatches.length)} mismatches.`,
    );
    return isSound ? 0 : 1;
  });
