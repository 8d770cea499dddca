import type { QuotaReminders } from '@turnpike/core';
import type { CurrentOptions } from '../services/current-options.ts';
import type { Notifier } from './notifier.ts';

const AT_ONCE = 500;

export interface RemindOfQuotaDeps {
  quotaReminders: QuotaReminders;
  currentOptions: CurrentOptions;
  notifier: Notifier;
}

/** Tells users once when their balance falls below `QuotaRemindThreshold`, and once when it is used up. */
export async function remindOfQuota(deps: RemindOfQuotaDeps): Promise<void> {
  const { QuotaRemindThreshold: threshold } = await deps.currentOptions.read();
  for (;;) {
    const users = await deps.quotaReminders.take(threshold, AT_ONCE);
    for (const { userId, username, quota, state } of users)
      await deps.notifier.tell({
        type: state === 'low' ? 'quota.low' : 'quota.used_up',
        data: { user_id: userId, username, quota, threshold },
      });
    if (users.length < AT_ONCE) return;
  }
}
