import type { CredentialCall } from '@turnpike/adaptors';
import type { Clock, Logger } from '@turnpike/core';
import type { UpstreamPools } from './pools.ts';

/** A short-lived credential. */
interface Held {
  credential: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** Why there is no credential: the issuer refused, or gave none that can be read (`status` 0: it cannot be reached). */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** Told by its name: an error from another module realm is not `instanceof`. */
export function isCredentialError(error: unknown): error is CredentialError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    error.name === 'CredentialError'
  );
}

/** Renewed when this much of its life is left, while the old one still serves. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** Not handed out any more: a request takes a while to arrive. */
const STALE_BEFORE_MS = 10_000;
const CALL_TIMEOUT_MS = 15_000;
const MAX_HELD = 10_000;

/** Gets short-lived credentials and keeps them. One call at a time for each, however many requests wait for it. */
export class Credentials {
  readonly #deps: { pools: UpstreamPools; clock: Clock; logger: Logger };
  readonly #held = new Map<string, Held>();
  readonly #underWay = new Map<string, Promise<Held>>();

  constructor(deps: { pools: UpstreamPools; clock: Clock; logger: Logger }) {
    this.#deps = deps;
  }

  /** @throws CredentialError */
  async find(call: CredentialCall): Promise<Held> {
    const now = this.#deps.clock.now();
    const held = this.#held.get(call.cacheKey);
    const left = held === undefined ? 0 : held.expiresAt - now;
    if (held === undefined || left <= STALE_BEFORE_MS) return this.#fetch(call);
    if (left <= RENEW_BEFORE_MS) {
      this.#fetch(call).catch((error: unknown) => {
        this.#deps.logger.warn({ err: error }, 'a credential could not be renewed yet');
      });
    }
    return held;
  }

  #fetch(call: CredentialCall): Promise<Held> {
    const { cacheKey } = call;
    let underWay = this.#underWay.get(cacheKey);
    if (underWay === undefined) {
      underWay = this.#ask(call).finally(() => this.#underWay.delete(cacheKey));
      this.#underWay.set(cacheKey, underWay);
    }
    return underWay;
  }

  async #ask(call: CredentialCall): Promise<Held> {
    const { pools, clock } = this.#deps;
    const { origin, pathname, search } = new URL(call.url);
    const answer = await pools
      .poolFor(origin)
      .request({
        origin,
        path: pathname + search,
        method: call.method,
        headers: call.headers,
        body: call.body ?? null,
        headersTimeout: CALL_TIMEOUT_MS,
        bodyTimeout: CALL_TIMEOUT_MS,
      })
      .catch((cause: unknown) => {
        throw new CredentialError(0, 'The issuer of the credential cannot be reached.', { cause });
      });
    const body: unknown = await answer.body.json().catch(() => undefined);
    const { statusCode: status } = answer;
    if (status < 200 || status > 299)
      throw new CredentialError(status, `The issuer of the credential answered ${String(status)}.`);
    const held = call.read(body, clock.now());
    if (held === undefined)
      throw new CredentialError(401, 'The issuer of the credential gave none that can be read.');
    if (this.#held.size >= MAX_HELD) this.#held.clear();
    this.#held.set(call.cacheKey, held);
    return held;
  }
}

/** Whether a credential that was handed out before may be used again without asking. */
export function isFresh({ expiresAt }: Held, now: number): boolean {
  return expiresAt - now > RENEW_BEFORE_MS;
}
