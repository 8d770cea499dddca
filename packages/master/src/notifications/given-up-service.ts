import {
  isSecretOption,
  managementErrors,
  optionKeys,
  type Clock,
  type GivenUpNotification,
  type GivenUpNotifications,
  type NotificationQueue,
  type OptionRepository,
  type Page,
  type QueuedNotification,
} from '@turnpike/core';
import type { GivenUpListQueryInput } from '@turnpike/core/contract';
import type { Caller } from '../services/caller.ts';
import type { RecordAudit } from '../services/record-audit.ts';
import { toPageQuery } from '../services/to-page-query.ts';

export interface GivenUpServiceDeps {
  givenUpNotifications: GivenUpNotifications;
  notifications: Pick<NotificationQueue, 'add'>;
  options: Pick<OptionRepository, 'all'>;
  recordAudit: RecordAudit;
  clock: Clock;
}

/** Stores a delivery that will not be tried again. @throws when it cannot be stored */
export type GiveUp = (queued: QueuedNotification, error: unknown) => Promise<void>;

export type GivenUpService = ReturnType<typeof createGivenUpService>;

/** Deliveries that nobody tries any more: seen, sent again or dropped by root. */
export function createGivenUpService(deps: GivenUpServiceDeps) {
  const { givenUpNotifications: givenUp } = deps;

  async function find(id: number): Promise<GivenUpNotification> {
    const found = await givenUp.find(id);
    if (found === undefined)
      throw managementErrors.notFound({ what: 'delivery', whatZh: '投递记录' });
    return found;
  }

  const giveUp: GiveUp = async ({ id, notification, attempt }, error) => {
    await givenUp.add({
      queueId: id,
      notification,
      attempts: attempt,
      problem: await describe(error),
      givenUpAt: deps.clock.now(),
    });
  };

  /** Servers quote what they were sent. */
  async function describe(error: unknown): Promise<string> {
    let text =
      typeof error === 'object' && error !== null && 'message' in error
        ? String(error.message)
        : '';
    const stored = await deps.options.all();
    for (const key of optionKeys) {
      const secret = isSecretOption(key) ? (stored[key] ?? '') : '';
      if (secret !== '') text = text.replaceAll(secret, `[${key}]`);
    }
    return text;
  }

  return {
    giveUp,

    list: (input: GivenUpListQueryInput): Promise<Page<GivenUpNotification>> =>
      givenUp.page(toPageQuery(input)),

    /** Rather twice than never: it leaves the list when it is in the queue. @throws `not_found` */
    async retry(id: number, actor: Caller): Promise<void> {
      const { notification } = await find(id);
      await deps.notifications.add([notification]);
      await givenUp.remove(id);
      await deps.recordAudit(actor, 'notification.retry', id, { kind: notification.kind });
    },

    /** @throws `not_found` */
    async drop(id: number, actor: Caller): Promise<void> {
      const { notification } = await find(id);
      await givenUp.remove(id);
      await deps.recordAudit(actor, 'notification.drop', id, { kind: notification.kind });
    },
  };
}
