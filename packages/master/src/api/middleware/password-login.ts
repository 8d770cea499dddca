import { userStatuses, type User, type UserRepository } from '@turnpike/core';
import type { Request, Response } from 'express';
import passport from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import type { PasswordHasher } from '../../services/password-hasher.ts';

export interface PasswordLoginDeps {
  users: UserRepository;
  passwords: PasswordHasher;
}

export interface LoggedIn {
  user: User;
  passwordHash: string;
}

/** Resolves to the account that the username (or else the address) and the password in the body belong to. */
export type PasswordLogin = (request: Request, response: Response) => Promise<LoggedIn | undefined>;

/** Login by password. An unknown name, a wrong password and a disabled account look and last the same. */
export function createPasswordLogin({ users, passwords }: PasswordLoginDeps): PasswordLogin {
  async function verify(login: string, password: string): Promise<LoggedIn | undefined> {
    const found = await users.findForLogin(login);
    const isRight = await passwords.verify(password, found?.passwordHash);
    return isRight && found?.user.status === userStatuses.enabled ? found : undefined;
  }

  const authenticator = new passport.Passport();
  authenticator.use(
    // The check goes through passport unfinished, so that its errors arrive as they were thrown.
    new LocalStrategy({ session: false }, (login, password, done) => {
      done(null, { check: verify(login, password) } satisfies Attempt);
    }),
  );

  return (request, response) =>
    new Promise((resolve, reject) => {
      const finish = (error: unknown, attempt?: Attempt | false | null): void => {
        if (error) reject(new Error('login by password failed', { cause: error }));
        else resolve(attempt ? attempt.check : undefined);
      };
      const handle = authenticator.authenticate('local', { session: false }, finish) as (
        request: Request,
        response: Response,
        next: (error?: unknown) => void,
      ) => void;
      handle(request, response, finish);
    });
}

interface Attempt {
  check: Promise<LoggedIn | undefined>;
}
