import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../../support/admin-client.mjs';
import { startMailHost, type MailHost } from '../../support/sign-in/start-mail-host.ts';
import { startGateway, type Gateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(60_000);

let gateway: Gateway;
let admin: AdminClient;
let host: MailHost;
let count = 0;

beforeAll(async () => {
  gateway = await startGateway();
  admin = await logIn(gateway.url);
});
afterEach(() => host.stop());
afterAll(() => gateway.stop());

type HostOptions = Parameters<typeof startMailHost>[0];

async function use(hostOptions: HostOptions, options: Record<string, string>): Promise<void> {
  host = await startMailHost(hostOptions);
  const all = {
    ...{ SMTPServer: '127.0.0.1', SMTPPort: String(host.port), SMTPFrom: 'gate@example.com' },
    ...{ SMTPAccount: '', SMTPToken: '', SMTPSecurity: 'auto', SMTPAuthMethod: 'auto' },
    ...{ SMTPCertificateCheckEnabled: 'true', ...options },
  };
  for (const [key, value] of Object.entries(all)) await admin.setOption(key, value);
}

/** Has a mail sent to an address that nobody had before. */
async function send(): Promise<string> {
  const to = `r${(count += 1)}@example.com`;
  const answer = await fetch(`${gateway.url}/api/verification?email=${to}`);
  expect(await answer.json()).toMatchObject({ success: true });
  return to;
}

const withoutCheck = { SMTPCertificateCheckEnabled: 'false' };
const account = { user: 'mailer', password: 'sentinel of the mail host' };
const login = { SMTPAccount: account.user, SMTPToken: account.password };

describe('mail', () => {
  it.each<[string, boolean, HostOptions, Record<string, string>]>([
    ['plainly where the host offers nothing else', false, {}, {}],
    ['by STARTTLS where it is offered', true, { hideSTARTTLS: false }, withoutCheck],
    ['plainly where it is told so', false, { hideSTARTTLS: false }, { SMTPSecurity: 'none' }],
    ['by TLS from the start', true, { secure: true }, { SMTPSecurity: 'tls', ...withoutCheck }],
    [
      'by STARTTLS where it must be',
      true,
      { hideSTARTTLS: false },
      { SMTPSecurity: 'starttls', ...withoutCheck },
    ],
  ])('is sent %s', async (_how, isEncrypted, hostOptions, options) => {
    await use(hostOptions, options);
    expect(await host.next(await send())).toMatchObject({ isEncrypted, from: 'gate@example.com' });
  });

  it.each(['PLAIN', 'LOGIN', 'CRAM-MD5'])('is sent after a login by %s', async (method) => {
    await use({ account, authMethods: [method] }, { ...login, SMTPAuthMethod: method });
    expect(await host.next(await send())).toMatchObject({ user: account.user });
  });

  it('comes from the account where there is no sender', async () => {
    const options = { SMTPAccount: 'mailer@example.com', SMTPToken: 'x', SMTPFrom: '' };
    await use({ account: { user: 'mailer@example.com', password: 'x' } }, options);
    expect(await host.next(await send())).toMatchObject({ from: 'mailer@example.com' });
  });

  it.each<[string, HostOptions, Record<string, string>, RegExp]>([
    [
      'a certificate that is not valid',
      { secure: true },
      { SMTPSecurity: 'tls' },
      /mail not sent: (ESOCKET|ETLS|ECONNECTION)/,
    ],
    [
      'a host without the STARTTLS that it must have',
      { disabledCommands: ['STARTTLS'] },
      { SMTPSecurity: 'starttls' },
      /mail not sent: ETLS/,
    ],
    ['a wrong password', { account }, { ...login, SMTPToken: 'sentinel wrong' }, /EAUTH/],
  ])(
    'is not sent with %s; the log says so without secrets',
    async (_what, hostOptions, options, reason) => {
      await use(hostOptions, options);
      const before = gateway.logs().length;
      await send();
      await waitFor('a line in the log', () => reason.test(gateway.logs().slice(before)));
      expect(host.mails).toEqual([]);
      expect(gateway.logs()).not.toContain('sentinel');
    },
  );

  it('that the host refuses for its receiver is not sent again', async () => {
    let refused = 0;
    await use(
      {
        onRcptTo(_address, _session, done) {
          refused += 1;
          done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
        },
      },
      {},
    );
    const before = gateway.logs().length;
    await send();
    await waitFor('a line in the log', () =>
      gateway.logs().slice(before).includes('refused for its receiver'),
    );
    expect(refused).toBe(1);
  });
});
