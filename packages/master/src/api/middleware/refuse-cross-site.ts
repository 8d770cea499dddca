import { managementErrors } from '@turnpike/core';
import type { Request, RequestHandler } from 'express';
import type { CurrentOptions } from '../../services/current-options.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Keeps other sites from using a visitor's cookie. Browsers say where a request comes from; a caller that is not a
 * browser says nothing and has no cookie to abuse, and an access token is never sent by a browser on its own.
 */
export function createCrossSiteGuard({ currentOptions }: { currentOptions: CurrentOptions }): {
  /** For everything that changes something, told by the method. */
  unsafeMethods: RequestHandler;
  /** For a GET that changes something all the same. */
  everyMethod: RequestHandler;
} {
  async function refuse(request: Request): Promise<void> {
    if (hasAccessToken(request) || isOwnPage(request)) return;
    const origin = request.get('origin');
    // A proxy may change the host that we see; the administrator tells the one that browsers see.
    const { ServerAddress } = await currentOptions.read();
    if (origin !== undefined && origin === originOf(ServerAddress)) return;
    throw managementErrors.crossSite();
  }

  return {
    unsafeMethods: async (request, _response, next) => {
      if (!SAFE_METHODS.has(request.method)) await refuse(request);
      next();
    },
    everyMethod: async (request, _response, next) => {
      await refuse(request);
      next();
    },
  };
}

function hasAccessToken({ authentication }: Request): boolean {
  return (
    authentication !== undefined &&
    'caller' in authentication &&
    authentication.caller.via === 'access-token'
  );
}

function isOwnPage(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.get('origin');
  return origin === undefined || hostOf(origin) === request.get('host')?.toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined; // `Origin: null` has none
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}
