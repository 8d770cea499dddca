import type { Request, Response } from 'express';
import type { MasterSettings } from '../../master-deps.ts';
import { SESSION_COOKIE, SESSION_LIFETIME_MS, type SessionCodec } from './session-cookie.ts';

export interface SessionsDeps {
  sessionCodec: SessionCodec;
  settings: Pick<MasterSettings, 'secureCookies'>;
}

export interface Sessions {
  /** Logs the browser in. */
  begin(request: Request, response: Response, userId: number, passwordHash: string): void;
  /** Logs the browser out. */
  end(request: Request, response: Response): void;
}

/** Sets and clears the session cookie. */
export function createSessions({ sessionCodec, settings }: SessionsDeps): Sessions {
  const attributes = (request: Request) => ({
    path: '/',
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: settings.secureCookies === 'auto' ? request.secure : settings.secureCookies,
  });
  return {
    begin(request, response, userId, passwordHash) {
      const value = sessionCodec.issue(userId, passwordHash);
      response.cookie(SESSION_COOKIE, value, {
        ...attributes(request),
        maxAge: SESSION_LIFETIME_MS,
      });
    },
    end(request, response) {
      response.clearCookie(SESSION_COOKIE, attributes(request));
    },
  };
}
