import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../../support/admin-client.mjs';
import { Browser } from '../../support/sign-in/browser.ts';
import { startMailHost, type MailHost } from '../../support/sign-in/start-mail-host.ts';
import { startGateway, type Gateway } from '../../support/start-gateway.mjs';

jest.setTimeout(60_000);

const account = { user: 'mailer', password: 'mail password' };
let gateway: Gateway;
let admin: AdminClient;
let host: MailHost;

beforeAll(async () => {
  [gateway, host] = await Promise.all([startGateway(), startMailHost({ account })]);
  admin = await logIn(gateway.url);
  const options = {
    SMTPServer: '127.0.0.1',
    SMTPPort: String(host.port),
    SMTPAccount: account.user,
    SMTPToken: account.password,
    SMTPFrom: 'gateway@example.com',
    SystemName: '网关 & Co',
    ServerAddress: 'https://gate.example',
    EmailVerificationEnabled: 'true',
  };
  for (const [key, value] of Object.entries(options)) await admin.setOption(key, value);
  await askWhileAllIsAway('fay', 'fay@example.com');
});
afterAll(async () => {
  await gateway.stop();
  await host.stop();
});

const api = (path: string) => `${gateway.url}/api${path}`;
const codeIn = (text: string | undefined): string =>
  /: ([0-9a-f]{8})\b/.exec(text ?? '')?.[1] ?? '';

async function verify(browser: Browser, email: string): Promise<string> {
  await browser.call(api(`/verification?email=${encodeURIComponent(email)}`));
  return codeIn((await host.next(email)).content.text);
}

async function register(username: string, email: string): Promise<Browser> {
  const browser = new Browser();
  const verification_code = await verify(browser, email);
  const input = { username, password: 'first password', email, verification_code };
  expect(await browser.post(api('/user/register'), input)).toMatchObject({ success: true });
  return browser;
}

/** Asks for a mail that cannot be delivered, and kills the gateway. The next attempt comes while the other tests run. */
async function askWhileAllIsAway(username: string, email: string): Promise<void> {
  await register(username, email);
  await admin.setOption('SMTPPort', '1');
  const answer = await new Browser().call(api(`/reset_password?email=${email}`));
  expect(answer).toMatchObject({ success: true });
  await gateway.kill();
  await gateway.start();
  admin = await logIn(gateway.url);
  await admin.setOption('SMTPPort', String(host.port));
}

describe('registration with an address', () => {
  it('needs the code that was sent there, once', async () => {
    const browser = new Browser();
    await browser.call(api('/verification?email=Ann@example.com'));
    const mail = await host.next('Ann@example.com');
    expect(mail).toMatchObject({ from: 'gateway@example.com', user: account.user });
    expect(mail.content).toMatchObject({
      from: { name: '网关 & Co', address: 'gateway@example.com' },
      subject: '网关 & Co: your verification code',
    });
    expect(mail.content.html).toContain('网关 &amp; Co');

    const verification_code = codeIn(mail.content.text);
    const email = 'ann@example.com';
    const input = { username: 'ann', password: 'first password', email, verification_code };
    const wrong = await browser.post(api('/user/register'), {
      ...input,
      verification_code: '00000000',
    });
    expect(wrong).toMatchObject({ status: 200, success: false, code: 'code_refused' });
    expect(await browser.post(api('/user/register'), input)).toMatchObject({ success: true });
    const again = await browser.post(api('/user/register'), { ...input, username: 'ann2' });
    expect(again.code).toBe('code_refused');

    const login = { username: email, password: 'first password' };
    expect(await browser.post(api('/user/login'), login)).toMatchObject({ success: true });
    expect(await browser.call(api('/user/self'))).toMatchObject({
      data: { username: 'ann', email },
    });
  });

  it('is in Chinese for those who read Chinese', async () => {
    const headers = { 'accept-language': 'zh-CN,zh;q=0.9' };
    await new Browser().call(api('/verification?email=zh@example.com'), { headers });
    expect((await host.next('zh@example.com')).content.subject).toBe('网关 & Co 邮箱验证码');
  });

  it('is lost after five wrong codes', async () => {
    const browser = new Browser();
    const right = await verify(browser, 'guess@example.com');
    const input = { username: 'guess', password: 'first password', email: 'guess@example.com' };
    for (let n = 0; n < 5; n += 1)
      await browser.post(api('/user/register'), { ...input, verification_code: `0000000${n}` });

    const { code } = await browser.post(api('/user/register'), {
      ...input,
      verification_code: right,
    });
    expect(code).toBe('code_refused');
  });

  it('makes one account of one code, however many try at once', async () => {
    const browser = new Browser();
    const verification_code = await verify(browser, 'many@example.com');
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        browser.post(api('/user/register'), {
          ...{ username: `many${n}`, password: 'first password' },
          ...{ email: 'many@example.com', verification_code },
        }),
      ),
    );
    expect(answers.filter(({ success }) => success)).toHaveLength(1);
  });

  it('says the same of an address in use, whose owner is told', async () => {
    await register('taken', 'taken@example.com');
    const browser = new Browser();
    const known = await browser.call(api('/verification?email=taken@example.com'));
    const unknown = await browser.call(api('/verification?email=nobody@example.com'));
    expect(known).toEqual(unknown);

    const { content } = await host.next('taken@example.com');
    expect(content.subject).toBe('网关 & Co: this address has an account');
    expect(codeIn(content.text)).toBe('');
  });

  it('sends five mails an hour to one address, and no more', async () => {
    const browser = new Browser();
    const ask = () => browser.call(api('/verification?email=flood@example.com'));
    for (let n = 0; n < 5; n += 1) expect((await ask()).success).toBe(true);
    expect(await ask()).toMatchObject({ status: 429, code: 'too_many_requests' });
  });
});

describe('a forgotten password', () => {
  it('is replaced through a link, which opens once and ends all sessions', async () => {
    const browser = await register('bob', 'bob+x@example.com');
    await browser.post(api('/user/login'), { username: 'bob', password: 'first password' });
    await browser.call(api('/reset_password?email=bob%2Bx@example.com'));
    const { content } = await host.next('bob+x@example.com');
    const link = new URL(/https:\S+/.exec(content.text ?? '')?.[0] ?? '');
    expect(link.origin + link.pathname).toBe('https://gate.example/user/reset');
    const email = link.searchParams.get('email');
    const token = link.searchParams.get('token');
    expect([email, token]).toEqual(['bob+x@example.com', expect.stringMatching(/^[0-9a-f]{32}$/)]);

    const input = { email, token, password: 'second password' };
    const other = new Browser();
    expect(await other.post(api('/user/reset'), input)).toEqual({
      ...{ status: 200, success: true, message: '' },
    });
    expect((await other.post(api('/user/reset'), input)).code).toBe('code_refused');
    expect((await browser.call(api('/user/self'))).status).toBe(401);
    const login = { username: 'bob', password: 'second password' };
    expect(await other.post(api('/user/login'), login)).toMatchObject({ success: true });
  });

  it('is made up and answered for consoles of One API', async () => {
    const browser = await register('carl', 'carl@example.com');
    await browser.call(api('/reset_password?email=carl@example.com'));
    const { content } = await host.next('carl@example.com');
    const token = /token=([0-9a-f]{32})/.exec(content.text ?? '')?.[1];

    const { data } = await browser.post(api('/user/reset'), { email: 'carl@example.com', token });
    expect(data).toMatch(/^[0-9a-f]{12}$/);
    const login = { username: 'carl', password: data };
    expect(await browser.post(api('/user/login'), login)).toMatchObject({ success: true });
  });

  it('says the same whether somebody has the address, and writes to nobody else', async () => {
    await register('dora', 'dora@example.com');
    const browser = new Browser();
    const unknown = await browser.call(api('/reset_password?email=nobody2@example.com'));
    const known = await browser.call(api('/reset_password?email=dora@example.com'));
    expect(known).toEqual(unknown);

    await host.next('dora@example.com');
    expect(host.mails.filter(({ to }) => to.includes('nobody2@example.com'))).toEqual([]);
  });
});

describe('an address', () => {
  it('is bound with a code, replaced, and unbound', async () => {
    const browser = await register('eve', 'eve@example.com');
    await browser.post(api('/user/login'), { username: 'eve', password: 'first password' });
    const emailOf = async () =>
      ((await browser.call(api('/user/self'))).data as { email: string }).email;

    const code = await verify(browser, 'eve2@example.com');
    const bind = (value: string) =>
      browser.call(api(`/oauth/email/bind?email=eve2@example.com&code=${value}`));
    expect((await bind('ffffffff')).code).toBe('code_refused');
    expect((await bind(code)).success).toBe(true);
    expect(await emailOf()).toBe('eve2@example.com');
    expect((await bind(code)).code).toBe('code_refused');

    await browser.call(api('/oauth/email/bind'), { method: 'DELETE' });
    expect(await emailOf()).toBe('');
  });
});

describe('a login that fails', () => {
  it('takes as long for a name that nobody has as for one that somebody has', async () => {
    await register('hal', 'hal@example.com');
    const browser = new Browser();
    const measure = async (username: string): Promise<number> => {
      const begun = performance.now();
      await browser.post(api('/user/login'), { username, password: 'wrong password' });
      return performance.now() - begun;
    };
    const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
    for (let n = 0; n < 9; n += 1) {
      times.known.push(await measure('hal'));
      times.unknown.push(await measure(`nobody${n}`));
    }
    const [known, unknown] = [times.known, times.unknown].map(
      (list) => list.toSorted((a, b) => a - b)[4]!,
    );
    // Hashing a password takes some ten times as long as everything else.
    expect(unknown! / known!).toBeGreaterThan(0.5);
    expect(unknown! / known!).toBeLessThan(2);
  });
});

describe('what is delivered later', () => {
  it('survives that the gateway is killed, and that the mail host is away', async () => {
    const { content } = await host.next('fay@example.com', 40_000);
    expect(content.subject).toContain('new password');
  });

  it('keeps no code and no password in the database or the log', async () => {
    const browser = await register('gus', 'gus@example.com');
    await browser.call(api('/reset_password?email=gus@example.com'));
    const { content } = await host.next('gus@example.com');
    const token = /token=([0-9a-f]{32})/.exec(content.text ?? '')?.[1] ?? 'none';
    const { readFile } = await import('node:fs/promises');
    const files = await Promise.all(
      ['turnpike.db', 'turnpike.db-wal'].map((name) =>
        readFile(`${gateway.dataDir}/${name}`, 'latin1').catch(() => ''),
      ),
    );
    for (const secret of [token, account.password]) {
      expect(files.join('')).not.toContain(secret);
      expect(gateway.logs()).not.toContain(secret);
    }
    expect(files.join('')).toContain('gus@example.com');
  });
});
