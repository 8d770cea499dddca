import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@turnpike/core';

export const SESSION_COOKIE = 'session';
export const SESSION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/** What a cookie says. It never says a role or a status: those are read from the database on each request. */
export interface Session {
  userId: number;
  /** Unix milliseconds. */
  issuedAt: number;
  /** Of the password that was valid at login: a new password ends the session. */
  passwordFingerprint: string;
}

export interface SessionCodec {
  issue(userId: number, passwordHash: string): string;
  /** Undefined for what was not signed here, is too old, or comes from the future. */
  read(cookie: string): Session | undefined;
  /** Whether the session began under this password. */
  belongsTo(session: Session, passwordHash: string): boolean;
}

const VERSION = 1;
/** Clocks of nodes may differ a little. */
const MAX_SKEW_MS = 60_000;

/** Sessions as signed values: `<payload>.<signature>`, both base64url. Nothing is kept on the server. */
export function createSessionCodec({
  secret,
  clock,
}: {
  secret: string;
  clock: Clock;
}): SessionCodec {
  const key = createHash('sha256').update('turnpike-session\n').update(secret).digest();
  const sign = (purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest();
  const fingerprint = (passwordHash: string): string =>
    sign('password', passwordHash).subarray(0, 12).toString('base64url');

  return {
    issue(userId, passwordHash) {
      const fields = [VERSION, userId, clock.now(), fingerprint(passwordHash)];
      const payload = Buffer.from(JSON.stringify(fields)).toString('base64url');
      return `${payload}.${sign('cookie', payload).toString('base64url')}`;
    },
    read(cookie) {
      const [payload = '', signature = '', ...rest] = cookie.split('.');
      const isSigned = isEqual(Buffer.from(signature, 'base64url'), sign('cookie', payload));
      if (rest.length > 0 || !isSigned) return undefined;
      const session = parsePayload(payload);
      if (session === undefined) return undefined;
      const age = clock.now() - session.issuedAt;
      return age < SESSION_LIFETIME_MS && age > -MAX_SKEW_MS ? session : undefined;
    },
    belongsTo: (session, passwordHash) =>
      isEqual(Buffer.from(session.passwordFingerprint), Buffer.from(fingerprint(passwordHash))),
  };
}

/** The signature was right, so we wrote it; but perhaps another version of us did. */
function parsePayload(payload: string): Session | undefined {
  const fields: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  if (!Array.isArray(fields)) return undefined;
  const [version, userId, issuedAt, passwordFingerprint] = fields as unknown[];
  if (
    version !== VERSION ||
    typeof userId !== 'number' ||
    typeof issuedAt !== 'number' ||
    typeof passwordFingerprint !== 'string'
  )
    return undefined;
  return { userId, issuedAt, passwordFingerprint };
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
