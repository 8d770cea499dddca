import { managementErrors, type Clock, type OneTimeCodeRepository } from '@turnpike/core';
import { oauthProviders, type OAuthProvider } from '@turnpike/core/contract';
import { z } from 'zod';
import { drawState } from '../services/random-keys.ts';

const LIFETIME_MS = 10 * 60_000;

/** What a login that was begun is for. */
export interface OAuthState {
  /** Undefined: any provider, as consoles of One API begin it. */
  provider: OAuthProvider | undefined;
  /** The account that is to be bound; 0: somebody is to be logged in. */
  userId: number;
}

export interface OAuthStatesDeps {
  oneTimeCodes: OneTimeCodeRepository;
  /** A keyed hash. */
  hash: (purpose: string, text: string) => string;
  clock: Clock;
}

const payloadSchema = z.object({ provider: z.enum(oauthProviders).optional(), userId: z.int() });

/** States of logins at other providers: each for one session, one purpose, one use, and ten minutes. */
export function createOAuthStates({ oneTimeCodes, hash, clock }: OAuthStatesDeps) {
  // Several tabs may begin a login, so a session may have several states.
  const subjectOf = (sessionIdHash: string, state: string): string =>
    `${sessionIdHash}:${hash('state-name', state).slice(0, 22)}`;

  return {
    async issue(sessionIdHash: string, { provider, userId }: OAuthState): Promise<string> {
      const state = drawState();
      await oneTimeCodes.put({
        purpose: 'sign-in-state',
        subject: subjectOf(sessionIdHash, state),
        codeHash: hash('state', state),
        payload: JSON.stringify({ userId, provider }),
        expiresAt: clock.now() + LIFETIME_MS,
      });
      return state;
    },

    /** @throws `state_refused` where it is not of this session and provider, is too old, or was used */
    async redeem(
      sessionIdHash: string | undefined,
      state: string,
      provider: OAuthProvider,
    ): Promise<OAuthState> {
      if (sessionIdHash === undefined || state === '') throw managementErrors.stateRefused();
      const payload = await oneTimeCodes.redeem({
        purpose: 'sign-in-state',
        subject: subjectOf(sessionIdHash, state),
        codeHash: hash('state', state),
        now: clock.now(),
        maxAttempts: 1,
      });
      if (payload === undefined) throw managementErrors.stateRefused();
      const issued = payloadSchema.parse(JSON.parse(payload));
      if (issued.provider !== undefined && issued.provider !== provider)
        throw managementErrors.stateRefused();
      return { provider: issued.provider, userId: issued.userId };
    },
  };
}

export type OAuthStates = ReturnType<typeof createOAuthStates>;
