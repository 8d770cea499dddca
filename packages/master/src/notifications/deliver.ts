import type {
  Clock,
  Logger,
  OptionValues,
  QueuedNotification,
  UserRepository,
} from '@turnpike/core';
import type { CurrentOptions } from '../services/current-options.ts';
import { CODE_LIFETIME_MINUTES, type MailedCodes } from '../sign-in/mailed-codes.ts';
import { serverAddress, withQuery } from '../sign-in/provider-profile.ts';
import { alertRoot } from './alert-root.ts';
import {
  addressInUseMail,
  eventMail,
  resetMail,
  verificationMail,
  type MailText,
} from './mail-texts.ts';
import { isMailConfigured, sendMail } from './mailer.ts';
import { sendWebhook } from './send-webhook.ts';

export interface DeliveryDeps {
  users: Pick<UserRepository, 'findByEmail' | 'findById' | 'findRoots'>;
  currentOptions: CurrentOptions;
  codes: MailedCodes;
  clock: Clock;
  logger: Logger;
}

/** Brings a notification to where it belongs. Rejects when another attempt may be luckier. */
export type Deliver = (queued: QueuedNotification) => Promise<void>;

export function createDelivery(deps: DeliveryDeps): Deliver {
  const { users, codes, logger } = deps;

  async function mail(to: string, text: MailText, options: OptionValues): Promise<void> {
    const isTaken = await sendMail({ to, ...text }, options);
    if (!isTaken) logger.warn({}, 'a mail was refused for its receiver');
  }

  return async ({ id, notification }) => {
    const options = await deps.currentOptions.read();
    const name = options.SystemName;
    switch (notification.kind) {
      case 'verification-mail': {
        const { email, language } = notification;
        if (!isMailConfigured(options)) return;
        const isKnown = (await users.findByEmail(email)) !== undefined;
        const text = isKnown
          ? addressInUseMail(`${serverAddress(options)}/reset`, language, name)
          : verificationMail(
              await codes.issue('verification', email),
              CODE_LIFETIME_MINUTES,
              language,
              name,
            );
        return mail(email, text, options);
      }
      case 'reset-mail': {
        const { email, language } = notification;
        const user = await users.findByEmail(email);
        if (user === undefined || !isMailConfigured(options)) return;
        const token = await codes.issue('reset', user.email);
        const link = withQuery(`${serverAddress(options)}/user/reset`, {
          email: user.email,
          token,
        });
        return mail(user.email, resetMail(link, CODE_LIFETIME_MINUTES, language, name), options);
      }
      case 'root-alert':
        return alertRoot(notification.event, options, deps);
      case 'user-mail': {
        const user = await users.findById(notification.userId);
        if (user === undefined || user.email === '' || !isMailConfigured(options)) return;
        return mail(user.email, eventMail(notification.event, options), options);
      }
      case 'webhook': {
        const { event, occurredAt } = notification;
        await sendWebhook({ id, event, occurredAt, sentAt: deps.clock.now() }, options);
      }
    }
  };
}
