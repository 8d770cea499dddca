import { managementErrors, type ConfigBus, type Logger } from '@turnpike/core';
import { persistently } from './persistently.ts';

export interface AccountChangesDeps {
  configBus: ConfigBus;
  logger: Logger;
}

/**
 * Makes relays forget what they hold of these accounts; resolves when a change that was committed before is effective.
 *
 * @throws `saved_not_published` when the relays cannot be told
 */
export type AnnounceAccounts = (changed: {
  userIds?: readonly number[];
  apiTokenIds?: readonly number[];
}) => Promise<void>;

export function createAccountAnnouncer(deps: AccountChangesDeps): AnnounceAccounts {
  return async ({ userIds = [], apiTokenIds = [] }) => {
    try {
      await persistently(() => deps.configBus.announceAccounts({ userIds, apiTokenIds }));
    } catch (cause) {
      deps.logger.error({ err: cause, userIds, apiTokenIds }, 'account change not announced');
      throw managementErrors.notPublished({}, { cause });
    }
  };
}
