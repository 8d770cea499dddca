import { managementErrors, userStatuses, type User, type UserRepository } from '@turnpike/core';
import type { Request, RequestHandler } from 'express';
import type { Caller } from '../../services/caller.ts';
import type { Authentication } from '../caller-of.ts';
import type { Sessions } from './sessions.ts';

export interface AuthenticateDeps {
  users: UserRepository;
  sessions: Sessions;
}

/**
 * Finds out who sends a request: by session cookie, else by access token. Role and status come from the database.
 * A cookie that is forged, too old, or of a session that ended counts as none.
 */
export function createAuthenticate(deps: AuthenticateDeps): RequestHandler {
  return async (request, _response, next) => {
    request.authentication = await authenticate(deps, request);
    next();
  };
}

async function authenticate(deps: AuthenticateDeps, request: Request): Promise<Authentication> {
  const owner = await findSessionUser(deps, request);
  if (owner !== undefined) return toAuthentication(owner, 'session', request);

  const accessToken = (request.get('authorization') ?? '').replace('Bearer ', '').trim();
  if (accessToken === '') return { refusal: managementErrors.notLoggedIn() };
  const user = await deps.users.findByAccessToken(accessToken);
  if (user === undefined || user.status === userStatuses.deleted)
    return { refusal: managementErrors.accessTokenUnknown() };
  return toAuthentication(user, 'access-token', request);
}

async function findSessionUser(
  { users, sessions }: AuthenticateDeps,
  request: Request,
): Promise<User | undefined> {
  for (const session of await sessions.findAll(request)) {
    if (session.userId === 0) {
      request.session ??= session;
      continue;
    }
    const found = await users.findWithPassword(session.userId);
    if (found === undefined || found.user.status === userStatuses.deleted) continue;
    // Whose session ended because the account was disabled is told so, and let in by no later change.
    if (found.user.status !== userStatuses.enabled) return found.user;
    if (!sessions.belongsTo(session, found.user, found.passwordHash)) continue;
    request.session = session;
    return found.user;
  }
  return undefined;
}

function toAuthentication(user: User, via: Caller['via'], request: Request): Authentication {
  if (user.status !== userStatuses.enabled) return { refusal: managementErrors.accountDisabled() };
  return { caller: { user, via, address: request.ip ?? '' } };
}
