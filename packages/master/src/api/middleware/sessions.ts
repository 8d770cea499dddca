import { createHash, randomBytes } from 'node:crypto';
import type { Clock, SessionRecord, SessionRepository, User } from '@turnpike/core';
import type { CookieOptions, Request, Response } from 'express';
import type { MasterSettings } from '../../master-deps.ts';
import type { Signer } from '../../sign-in/signer.ts';
import { readCookies } from './read-cookies.ts';

export interface SessionsDeps {
  sessionRepository: SessionRepository;
  signer: Signer;
  clock: Clock;
  settings: Pick<MasterSettings, 'secureCookies'>;
}

const SESSION_COOKIE = 'session';
/** Of a login. */
const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** Of a visitor who is about to log in. */
const VISIT_MS = 60 * 60 * 1000;

export interface Sessions {
  /** Those that the browser holds and that have not expired; ended ones too. */
  findAll(request: Request): Promise<readonly SessionRecord[]>;
  /** Whether it began under this password and this role. */
  belongsTo(session: SessionRecord, user: User, passwordHash: string): boolean;
  /** Logs the browser in. What it held before opens nothing any more, so nobody can have planted it. */
  begin(request: Request, response: Response, user: User, passwordHash: string): Promise<void>;
  /** The session of the browser, or a new one for a visitor. */
  open(request: Request, response: Response): Promise<SessionRecord>;
  /** Logs the browser out. */
  end(request: Request, response: Response): Promise<void>;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** What the browser holds, as `authenticate` found it: a login that is good, else a visitor's. */
    session?: SessionRecord;
  }
}

/** Sessions on the server; the browser has a signed random id in a cookie. */
export function createSessions(deps: SessionsDeps): Sessions {
  const { sessionRepository, signer, clock } = deps;

  function readIds(request: Request): string[] {
    return readCookies(request.get('cookie'), SESSION_COOKIE)
      .map((cookie) => signer.open('session', cookie))
      .filter((id) => id !== undefined);
  }

  async function start(
    request: Request,
    response: Response,
    fields: Pick<SessionRecord, 'userId' | 'fingerprint'>,
    lifetimeMs: number,
  ): Promise<SessionRecord> {
    const id = randomBytes(24).toString('base64url');
    const now = clock.now();
    const session = {
      ...{ idHash: hashId(id), hasPassedTurnstile: false, ...fields },
      ...{ createdAt: now, expiresAt: now + lifetimeMs },
    };
    await sessionRepository.create(session);
    response.cookie(SESSION_COOKIE, signer.sign('session', id), {
      ...cookieAttributes(request, deps.settings),
      maxAge: lifetimeMs,
    });
    return { ...session, isEnded: false };
  }

  const toFingerprint = (user: User, passwordHash: string): string =>
    signer.hash('fingerprint', `${String(user.role)}\n${passwordHash}`).slice(0, 22);

  const removeAll = async (request: Request): Promise<void> => {
    for (const id of readIds(request)) await sessionRepository.remove(hashId(id));
  };

  return {
    async findAll(request) {
      const found: SessionRecord[] = [];
      for (const id of readIds(request)) {
        const session = await sessionRepository.find(hashId(id));
        if (session !== undefined && session.expiresAt > clock.now()) found.push(session);
      }
      return found;
    },
    belongsTo: (session, user, passwordHash) =>
      !session.isEnded &&
      session.userId === user.id &&
      session.fingerprint === toFingerprint(user, passwordHash),
    async begin(request, response, user, passwordHash) {
      await removeAll(request);
      const fields = { userId: user.id, fingerprint: toFingerprint(user, passwordHash) };
      request.session = await start(request, response, fields, LIFETIME_MS);
    },
    async open(request, response) {
      request.session ??= await start(request, response, { userId: 0, fingerprint: '' }, VISIT_MS);
      return request.session;
    },
    async end(request, response) {
      await removeAll(request);
      delete request.session;
      response.clearCookie(SESSION_COOKIE, cookieAttributes(request, deps.settings));
    },
  };
}

/** Not for scripts, not for other sites, and only over TLS where there is TLS. */
export function cookieAttributes(
  request: Request,
  { secureCookies }: Pick<MasterSettings, 'secureCookies'>,
): CookieOptions {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: secureCookies === 'auto' ? request.secure : secureCookies,
  };
}

function hashId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
