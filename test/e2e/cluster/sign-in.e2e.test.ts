import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../../support/admin-client.mjs';
import { clusterTimes, times } from '../../support/cluster/cluster-times.ts';
import { Browser } from '../../support/sign-in/browser.ts';
import { startMailHost, type MailHost } from '../../support/sign-in/start-mail-host.ts';
import { startCluster, type StartedCluster } from '../../support/start-cluster.mjs';
import type { Gateway } from '../../support/start-gateway.mjs';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(times.test);

const rootAccessToken = 'root-access-token-of-the-tests-1';
const rootKey = 'rootkeyofthetests';

let cluster: StartedCluster;
let host: MailHost;
let master: Gateway;
let slave: Gateway;
let admin: AdminClient;
let firstRoot: unknown;

beforeAll(async () => {
  host = await startMailHost();
  cluster = await startCluster({
    slaves: 0,
    env: {
      ...clusterTimes,
      INITIAL_ROOT_ACCESS_TOKEN: rootAccessToken,
      INITIAL_ROOT_TOKEN: rootKey,
    },
  });
  master = cluster.masters[0]!;
  slave = await cluster.addSlave({ SQL_DSN: cluster.database.url });
  // A browser sends its cookies to every node: they are one site behind a balancer.
  await waitFor(
    'the management API of the slave',
    async () => (await fetch(`${slave.url}/api/status`)).ok,
  );
  const headers = { authorization: `Bearer ${rootAccessToken}` };
  firstRoot = await (await fetch(`${slave.url}/api/user/self`, { headers })).json();
  admin = await logIn(master.url); // draws another access token
  for (const [key, value] of Object.entries({
    ...{ SMTPServer: '127.0.0.1', SMTPPort: String(host.port), SMTPFrom: 'gate@example.com' },
    ...{ ServerAddress: 'https://gate.example' },
  }))
    await admin.setOption(key, value);
  await admin.createUser({ username: 'alice', password: 'alices password' });
});
afterAll(async () => {
  await cluster.stop();
  await host.stop();
});

/** Cookies of one browser, for whichever node it happens to reach. */
class Visitor {
  #cookie = '';

  async call(node: Gateway, path: string, init: RequestInit = {}) {
    const response = await fetch(node.url + path, {
      ...init,
      headers: { cookie: this.#cookie },
    });
    const session = response.headers.getSetCookie().find((line) => line.startsWith('session='));
    if (session !== undefined) this.#cookie = session.split(';', 1)[0] ?? '';
    return response;
  }

  logIn(node: Gateway, username: string, password: string) {
    const body = JSON.stringify({ username, password });
    return this.call(node, '/api/user/login', { method: 'POST', body });
  }

  /** The same cookie in another place. */
  copy(): Visitor {
    const other = new Visitor();
    other.#cookie = this.#cookie;
    return other;
  }
}

const statusAt = async (node: Gateway, visitor: Visitor) =>
  (await visitor.call(node, '/api/user/self')).status;

describe('a session in a cluster', () => {
  it('begins on one node, is good on all, and dies with logout on all', async () => {
    const visitor = new Visitor();
    await visitor.logIn(slave, 'alice', 'alices password');
    expect([await statusAt(master, visitor), await statusAt(slave, visitor)]).toEqual([200, 200]);

    const stolen = visitor.copy();
    await visitor.call(master, '/api/user/logout', { method: 'POST' });
    expect([await statusAt(master, stolen), await statusAt(slave, stolen)]).toEqual([401, 401]);
  });

  it('dies on all nodes when an administrator acts on one', async () => {
    const visitor = new Visitor();
    await visitor.logIn(master, 'alice', 'alices password');
    const manage = (action: string) =>
      admin.call('POST', '/api/user/manage', { username: 'alice', action });
    await manage('promote');
    expect(await statusAt(slave, visitor)).toBe(401);
    await manage('demote');
  });
});

describe('guessing in a cluster', () => {
  it('is counted over all nodes', async () => {
    const codes: unknown[] = [];
    for (let n = 0; n < 11; n += 1) {
      const answer = await new Visitor().logIn(n % 2 === 0 ? master : slave, 'bob', 'wrong');
      codes.push(((await answer.json()) as { code: string }).code);
    }
    expect(codes).toEqual([...Array<string>(10).fill('login_refused'), 'too_many_attempts']);
  });
});

describe('mail in a cluster', () => {
  it('is asked for at a slave and sent by a master, also one that comes later', async () => {
    const browser = new Browser();
    await browser.call(`${slave.url}/api/verification?email=one@example.com`);
    expect((await host.next('one@example.com')).content.subject).toContain('verification code');

    await master.kill();
    await browser.call(`${slave.url}/api/verification?email=two@example.com`);
    expect(host.mails).toEqual([]);
    await master.start();
    const mail = await host.next('two@example.com', times.test / 2);
    const code = /: ([0-9a-f]{8})\b/.exec(mail.content.text ?? '')?.[1];
    const visitor = new Visitor();
    await visitor.logIn(slave, 'alice', 'alices password');
    const bound = await visitor.call(
      slave,
      `/api/oauth/email/bind?email=two@example.com&code=${code}`,
    );
    expect(await bound.json()).toMatchObject({ success: true });
  });
});

describe('what the environment gave root at the first start', () => {
  it('opens the management API and the relay', async () => {
    expect(firstRoot).toMatchObject({ data: { username: 'root', role: 100 } });
    await waitFor('the slave to know the key', async () => {
      const models = await fetch(`${slave.url}/v1/models`, {
        headers: { authorization: `Bearer sk-${rootKey}` },
      });
      return models.status === 200;
    });
  });
});
