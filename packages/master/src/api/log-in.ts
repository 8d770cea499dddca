import { roles, type User } from '@turnpike/core';
import type { UserJson } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import type { PasswordHasher } from '../services/password-hasher.ts';
import { toPartialUserJson } from './json/user-json.ts';
import type { Sessions } from './middleware/sessions.ts';

export interface LogInDeps {
  sessions: Sessions;
  passwords: PasswordHasher;
}

/** Begins the session of somebody who proved who they are, and resolves to what a login answers. */
export type LogIn = (
  request: Request,
  response: Response,
  proven: { user: User; passwordHash: string },
) => Promise<UserJson>;

export function createLogIn({ sessions, passwords }: LogInDeps): LogIn {
  return async (request, response, { user, passwordHash }) => {
    await sessions.begin(request, response, user, passwordHash);
    const { id, username, displayName: display_name, role, status } = user;
    const must_change_password =
      role === roles.root && (await passwords.isFirstPassword(passwordHash));
    return toPartialUserJson({ id, username, display_name, role, status, must_change_password });
  };
}
