import type { GatewayEvent, Logger, OptionValues, UserRepository } from '@turnpike/core';
import { z } from 'zod';
import { eventMail, type MailText } from './mail-texts.ts';
import { isMailConfigured, sendMail } from './mailer.ts';
import { postJson } from './post-json.ts';

export interface AlertRootDeps {
  users: Pick<UserRepository, 'findRoots'>;
  logger: Logger;
}

/** Tells the root user: by Message Pusher; where there is none, or it fails, by mail. @throws when both failed */
export async function alertRoot(
  event: GatewayEvent,
  options: OptionValues,
  { users, logger }: AlertRootDeps,
): Promise<void> {
  const text = eventMail(event, options);
  let problem: unknown;
  if (options.MessagePusherAddress !== '') {
    try {
      await push(text, options);
      return;
    } catch (error) {
      problem = error;
      logger.warn({ err: error }, 'message pusher failed; the alert goes by mail');
    }
  }
  const root = (await users.findRoots()).find(({ email }) => email !== '');
  if (root !== undefined && isMailConfigured(options)) {
    await sendMail({ to: root.email, ...text }, options);
    return;
  }
  if (problem !== undefined) throw problem as Error;
  logger.debug({ type: event.type }, 'nobody to alert: no message pusher, or no mail for root');
}

const answerSchema = z.object({ success: z.literal(true) });

async function push({ subject, html }: MailText, options: OptionValues): Promise<void> {
  const { statusCode, body } = await postJson(
    options.MessagePusherAddress,
    JSON.stringify({
      title: subject,
      description: html,
      content: html,
      url: '',
      channel: '',
      token: options.MessagePusherToken,
    }),
  );
  if (!answerSchema.safeParse(parseJson(body)).success)
    throw new Error(`message pusher refused the alert (status ${String(statusCode)})`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as refused
  }
}
