import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { waitFor } from '../wait-for.ts';

export interface ReceivedMail {
  from: string;
  to: string[];
  isEncrypted: boolean;
  user: string | undefined;
  content: Email;
}

export interface MailHost {
  port: number;
  mails: ReceivedMail[];
  /** The next mail to this receiver; it is taken out of the list. */
  next(to: string, timeoutMs?: number): Promise<ReceivedMail>;
  stop(): Promise<void>;
}

/** A real SMTP server on a free port. With `user` it takes mail after a login with that name and password only. */
export async function startMailHost(
  options: SMTPServerOptions & { account?: { user: string; password: string } } = {},
): Promise<MailHost> {
  const { account, ...rest } = options;
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: account === undefined,
    allowInsecureAuth: true,
    // A host for tests only offers TLS where a test wants it.
    hideSTARTTLS: true,
    onAuth(auth, _session, done) {
      const isRight =
        auth.username === account?.user &&
        (auth.method === 'CRAM-MD5'
          ? auth.validatePassword(account?.password ?? '')
          : auth.password === account?.password);
      if (isRight) done(null, { user: auth.username });
      else done(new Error('wrong password'));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((content) => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            isEncrypted: session.secure,
            user: session.user,
            content,
          });
          done();
        }, done);
      });
    },
    ...rest,
  });
  server.on('error', () => undefined); // clients that refuse our certificate hang up
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    next: (to, timeoutMs) =>
      waitFor(
        `a mail to ${to}`,
        () => {
          const index = mails.findIndex((mail) => mail.to.includes(to));
          return index < 0 ? undefined : mails.splice(index, 1)[0];
        },
        timeoutMs,
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
