import { isGatewayError, managementErrors, type SessionRepository } from '@turnpike/core';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { CurrentOptions } from '../../services/current-options.ts';
import { askProvider } from '../../sign-in/ask-provider.ts';
import type { SignInEndpoints } from '../../sign-in/sign-in-endpoints.ts';
import type { Sessions } from './sessions.ts';

export interface HumanCheckDeps {
  currentOptions: CurrentOptions;
  sessions: Sessions;
  sessionRepository: Pick<SessionRepository, 'markTurnstilePassed'>;
  signInEndpoints: SignInEndpoints;
}

const answerSchema = z.object({ success: z.boolean() });

/**
 * Lets people in, where the option `TurnstileCheckEnabled` is on: those whose browser brings a token that Cloudflare
 * knows. Who passed once passes for the rest of the session.
 */
export function createHumanCheck(deps: HumanCheckDeps): RequestHandler {
  async function isHuman(token: string, request: Request, secret: string): Promise<boolean> {
    try {
      const { success } = await askProvider(
        {
          provider: 'Turnstile',
          url: deps.signInEndpoints.turnstile,
          form: { secret, response: token, remoteip: request.ip ?? '' },
        },
        answerSchema,
      );
      return success;
    } catch (error) {
      // A token that makes no sense has a status of its own.
      if (isGatewayError(error) && error.code === 'provider_refused') return false;
      throw error;
    }
  }

  return async (request, response, next) => {
    const options = await deps.currentOptions.read();
    if (options.TurnstileCheckEnabled && request.session?.hasPassedTurnstile !== true) {
      const { turnstile } = request.query;
      if (typeof turnstile !== 'string' || turnstile === '')
        throw managementErrors.humanCheckFailed({
          reason: 'there is no token',
          reasonZh: 'Turnstile token 为空',
        });
      if (!(await isHuman(turnstile, request, options.TurnstileSecretKey)))
        throw managementErrors.humanCheckFailed({
          reason: 'the token was not accepted',
          reasonZh: '校验未通过',
        });
      const session = await deps.sessions.open(request, response);
      await deps.sessionRepository.markTurnstilePassed(session.idHash);
    }
    next();
  };
}
