import type { Clock, OneTimeCodeRepository } from '@turnpike/core';
import type { MasterDeps } from '../master-deps.ts';
import { createGithubSignIn } from './github-sign-in.ts';
import { createIdentityService, type IdentityServiceDeps } from './identity-service.ts';
import { createLarkSignIn } from './lark-sign-in.ts';
import { createMailedCodes } from './mailed-codes.ts';
import { createOAuthStates } from './oauth-states.ts';
import { createOidcSignIn } from './oidc-sign-in.ts';
import { createRegistrationService, type RegistrationServiceDeps } from './registration-service.ts';
import { signInEndpoints as everybodysEndpoints } from './sign-in-endpoints.ts';
import { createSigner } from './signer.ts';

export type SignInDeps = IdentityServiceDeps &
  Omit<RegistrationServiceDeps, 'codes' | 'hash'> &
  Pick<MasterDeps, 'signInEndpoints' | 'settings'> & {
    oneTimeCodes: OneTimeCodeRepository;
    clock: Clock;
  };

/** Everything by which people come in, put together. */
export function createSignIn(deps: SignInDeps) {
  const signer = createSigner(deps.settings.sessionSecret);
  const hash = signer.hash;
  const codes = createMailedCodes({ ...deps, hash });
  const signInEndpoints = deps.signInEndpoints ?? everybodysEndpoints;
  return {
    signer,
    codes,
    signInEndpoints,
    registrations: createRegistrationService({ ...deps, codes, hash }),
    identityService: createIdentityService(deps),
    oauthStates: createOAuthStates({ ...deps, hash }),
    oauthSignIns: {
      github: createGithubSignIn(signInEndpoints),
      lark: createLarkSignIn(signInEndpoints),
      oidc: createOidcSignIn({ ...deps, hash }),
    },
  };
}
