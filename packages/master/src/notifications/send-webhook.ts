import { createHmac } from 'node:crypto';
import type { GatewayEvent, OptionValues } from '@turnpike/core';
import { postJson } from './post-json.ts';

export interface Webhook {
  /** The same at every attempt, so that a receiver can tell a repetition. */
  id: string;
  event: GatewayEvent;
  /** Unix milliseconds. */
  occurredAt: number;
  /** Of this attempt. Unix milliseconds. */
  sentAt: number;
}

/**
 * Posts an event, signed as Standard Webhooks (https://www.standardwebhooks.com) say: HMAC-SHA256 over
 * `<id>.<timestamp>.<body>`.
 *
 * @returns false where the receiver wants no more of it (410), or nobody is to be told any more
 * @throws when another attempt may be luckier
 */
export async function sendWebhook(webhook: Webhook, options: OptionValues): Promise<boolean> {
  const { WebhookUrl, WebhookSecret } = options;
  if (WebhookUrl === '') return false;
  const { id, event, occurredAt } = webhook;
  const timestamp = String(Math.floor(webhook.sentAt / 1000));
  const body = JSON.stringify({
    type: event.type,
    timestamp: new Date(occurredAt).toISOString(),
    data: event.data,
  });
  const { statusCode } = await postJson(WebhookUrl, body, {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    ...(WebhookSecret !== '' && {
      'webhook-signature': sign(WebhookSecret, `${id}.${timestamp}.${body}`),
    }),
  });
  if (statusCode >= 200 && statusCode < 300) return true;
  if (statusCode === 410) return false;
  throw new Error(`webhook answered with status ${String(statusCode)}`);
}

/** A secret of the form `whsec_<base64>` stands for its bytes, any other for its own text. */
function sign(secret: string, text: string): string {
  const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const bytes = key === undefined ? Buffer.from(secret) : Buffer.from(key, 'base64');
  return `v1,${createHmac('sha256', bytes).update(text).digest('base64')}`;
}
