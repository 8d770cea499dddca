import { createHash, randomBytes } from 'node:crypto';
import { managementErrors, toNetwork, type RateLimiter } from '@turnpike/core';
import type { Request, Response } from 'express';
import type { MasterSettings } from '../../master-deps.ts';
import type { Signer } from '../../sign-in/signer.ts';
import { readCookies } from './read-cookies.ts';
import { cookieAttributes } from './sessions.ts';

const DEVICE_COOKIE = 'device';
const DEVICE_LIFETIME_MS = 180 * 24 * 60 * 60 * 1000;
const WINDOW_MS = 15 * 60_000;
/** Failures that a person may make, and that one machine gets. */
const PER_PLACE = { count: 10, windowMs: WINDOW_MS };
/** Failures for one account from everywhere together. */
const PER_ACCOUNT = { count: 50, windowMs: WINDOW_MS };

export interface LoginGuardDeps {
  rateLimiter: RateLimiter;
  signer: Signer;
  settings: Pick<MasterSettings, 'secureCookies'>;
}

export interface LoginGuard {
  /** Counts an attempt before its password is looked at. @throws `too_many_attempts` */
  admit(login: string, request: Request): Promise<void>;
  /** Forgets what this place did wrong, and knows the browser again. */
  welcome(login: string, request: Request, response: Response): Promise<void>;
}

/**
 * Slows down guessing, for each account and network, and for each account. Whether there is such an account makes no
 * difference. Nobody can lock out the owner: a browser that logged in before is counted for itself alone.
 */
export function createLoginGuard(deps: LoginGuardDeps): LoginGuard {
  const { rateLimiter, signer } = deps;
  // Names may be of any length and must not be readable in Redis.
  const toAccount = (login: string): string =>
    signer.hash('login', login.trim().toLowerCase()).slice(0, 22);

  /** The device's own number, where it belongs to this account. */
  function readDevice(account: string, request: Request): string | undefined {
    for (const cookie of readCookies(request.get('cookie'), DEVICE_COOKIE)) {
      const value = signer.open('device', cookie);
      if (value?.slice(0, 22) === account) return toKeyPart(value);
    }
    return undefined;
  }

  async function take(key: string, limit: typeof PER_PLACE): Promise<void> {
    const result = await rateLimiter.take(key, limit);
    if (!result.allowed)
      throw managementErrors.tooManyAttempts({ retryAfterMs: result.retryAfterMs });
  }

  const placeOf = (account: string, request: Request): string =>
    `login:${account}:${toNetwork(request.ip ?? '')}`;

  return {
    async admit(login, request) {
      const account = toAccount(login);
      const device = readDevice(account, request);
      if (device !== undefined) {
        await take(`login:device:${device}`, PER_PLACE);
        return;
      }
      await take(placeOf(account, request), PER_PLACE);
      await take(`login:${account}`, PER_ACCOUNT);
    },
    async welcome(login, request, response) {
      const account = toAccount(login);
      const device = readDevice(account, request);
      await rateLimiter.forget(
        device === undefined ? placeOf(account, request) : `login:device:${device}`,
      );
      if (device !== undefined) return;
      const value = `${account}${randomBytes(16).toString('base64url')}`;
      response.cookie(DEVICE_COOKIE, signer.sign('device', value), {
        ...cookieAttributes(request, deps.settings),
        maxAge: DEVICE_LIFETIME_MS,
      });
    },
  };
}

function toKeyPart(value: string): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}
