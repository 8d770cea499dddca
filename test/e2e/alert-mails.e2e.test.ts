import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { AdminClient } from '../support/admin-client.mjs';
import { hello, postJson } from '../support/chat-requests.ts';
import { startMailHost, type MailHost } from '../support/sign-in/start-mail-host.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

const ROOT = 'root@example.com';
const THRESHOLD = 1_000_000;

let world: World;
let host: MailHost;

beforeAll(async () => {
  [world, host] = await Promise.all([
    startWorld({ env: { GLOBAL_API_RATE_LIMIT: '0', QUOTA_REMINDER_INTERVAL: '150ms' } }),
    startMailHost(),
  ]);
  const options = {
    ...{ SMTPServer: '127.0.0.1', SMTPPort: String(host.port), SMTPFrom: 'gateway@example.com' },
    ...{ AutomaticDisableChannelEnabled: 'true', RootQuotaAlertEnabled: 'true' },
    ...{ QuotaRemindThreshold: String(THRESHOLD), TopUpLink: 'https://shop.example/top-up' },
  };
  for (const [key, value] of Object.entries(options)) await world.admin.setOption(key, value);
  await setAddress(world.admin.user.id, ROOT);
});
afterAll(async () => {
  await world.stop();
  await host.stop();
});

const setAddress = (id: number, email: string) =>
  world.admin.call('PUT', '/api/user/', { id, email });

async function send(path: string, key: string, body: object): Promise<number> {
  const response = await postJson(`${world.gateway.url}/v1/${path}`, key, body);
  await response.text();
  return response.status;
}
const paint = (key: string) =>
  send('images/generations', key, { model: 'dall-e-2', prompt: 'a door', n: 1 });

/** A user with an address who has just the threshold, and a key. */
async function createReader(username: string): Promise<{ user: AdminClient; key: string }> {
  const user = await world.admin.createUser({ username, quota: THRESHOLD });
  await setAddress(user.user.id, `${username}@example.com`);
  return { user, key: (await user.createToken()).key };
}

const setQuota = (user: AdminClient, quota: number) =>
  world.admin.call('PUT', '/api/user/', { id: user.user.id, quota });

describe('a channel that is disabled automatically', () => {
  it('is told to root by mail, with the reason, once, and without the key', async () => {
    await world.admin.createChannel({
      ...{ name: 'dead <key>', models: ['dead-model'], key: 'sk-secret-of-the-channel' },
      baseUrl: `${world.provider.url}/sim/status=401`,
    });
    await world.admin.setOption('ModelRatio', { 'dead-model': 1 });
    await Promise.all(
      Array.from({ length: 3 }, () =>
        send('chat/completions', world.token.key, { ...hello, model: 'dead-model' }),
      ),
    );

    const { from, content } = await host.next(ROOT);
    expect(from).toBe('gateway@example.com');
    expect(content.subject).toMatch(/^Channel 'dead <key>' \(#\d+\) was disabled automatically$/);
    expect(content.text).toContain('Reason: ');
    expect(content.html).toContain('dead &lt;key&gt;');
    expect(content.html).not.toContain('<key>');
    expect(JSON.stringify(content)).not.toContain('sk-secret');
    expect(host.mails).toEqual([]);
  });
});

describe('a balance that falls', () => {
  it('is told to its owner and to root: once when it is low, once when it is used up', async () => {
    // A quarter of the threshold for each request.
    await world.admin.setOption('ModelPrice', { 'dall-e-2': THRESHOLD / 4 / 500_000 });
    const [{ key }, idle] = await Promise.all([createReader('reader'), createReader('idle')]);
    await setQuota(idle.user, 5);
    expect(await paint(key)).toBe(200);

    const low = await host.next('reader@example.com');
    expect(low.content.subject).toBe('Your quota is running low');
    expect(low.content.text).toContain("Account 'reader' has");
    expect(low.content.html).toContain('href="https://shop.example/top-up"');
    expect((await host.next(ROOT)).content.text).toContain("'reader'");

    for (let more = 0; more < 3; more += 1) expect(await paint(key)).toBe(200);
    const empty = await host.next('reader@example.com');
    expect(empty.content.subject).toBe('Your quota is used up');
    expect((await host.next(ROOT)).content.subject).toBe('Your quota is used up');
    expect(await paint(key)).toBe(403);
    // Who spent nothing is told nothing.
    expect(host.mails).toEqual([]);
  });
});
