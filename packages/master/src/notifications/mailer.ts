import type { OptionValues } from '@turnpike/core';

export interface Mail {
  /** One address, or several apart by `;`. */
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** In milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };

/** Whether there is a host, and somebody to be the sender. */
export function isMailConfigured({ SMTPServer, SMTPFrom, SMTPAccount }: OptionValues): boolean {
  return SMTPServer !== '' && (SMTPFrom !== '' || SMTPAccount !== '');
}

/**
 * Sends a mail by SMTP, as the options say.
 *
 * @returns whether it was taken; false: the host will never take it for this receiver
 * @throws when another attempt may be luckier. The error is free of the password.
 */
export async function sendMail(mail: Mail, options: OptionValues): Promise<boolean> {
  // Loaded by the first mail: most processes never send one.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport(toTransportOptions(options));
  try {
    await transport.sendMail({
      from: { name: options.SystemName, address: options.SMTPFrom || options.SMTPAccount },
      to: mail.to
        .split(';')
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
    });
    return true;
  } catch (error) {
    const { code, command, responseCode = 0 } = error as SmtpFailure;
    if (code === 'EENVELOPE' && responseCode >= 550) return false;
    throw new Error(`mail not sent: ${[code, command, responseCode || ''].join(' ').trim()}`);
  } finally {
    transport.close();
  }
}

interface SmtpFailure {
  code?: string;
  command?: string;
  responseCode?: number;
}

function toTransportOptions(options: OptionValues) {
  const { SMTPSecurity, SMTPPort, SMTPAccount, SMTPToken, SMTPAuthMethod } = options;
  const hasLogin = SMTPAccount !== '' && SMTPToken !== '';
  return {
    host: options.SMTPServer,
    port: SMTPPort,
    secure: SMTPSecurity === 'tls' || (SMTPSecurity === 'auto' && SMTPPort === 465),
    requireTLS: SMTPSecurity === 'starttls',
    ignoreTLS: SMTPSecurity === 'none',
    tls: { rejectUnauthorized: options.SMTPCertificateCheckEnabled },
    ...(hasLogin && { auth: { user: SMTPAccount, pass: SMTPToken } }),
    ...(SMTPAuthMethod !== 'auto' && { authMethod: SMTPAuthMethod }),
    disableFileAccess: true,
    disableUrlAccess: true,
    ...TIMEOUTS,
  };
}
