import type {
  Clock,
  RateLimitFigure,
  RateLimitFigures,
  RequestLimits,
  Reservation,
  ReserveRefusal,
} from '@turnpike/core';
import { EntryTable } from './entry-table.ts';
import { RequestWindows } from './request-windows.ts';

/** What limits count of one user or token. */
interface Counted {
  windows: RequestWindows;
  held: number;
  /** Unix milliseconds. */
  usedAt: number;
}

/** Longer than both windows of an account can matter. */
const WINDOW_LIFE_MS = 180_000;
/** Accounts nobody used for a while are forgotten when there are more than this many. */
const SWEEP_ABOVE = 10_000;
const SWEEP_INTERVAL_MS = 30_000;

/** Limits of users and tokens in this process: requests and tokens per minute, and requests in flight. */
export class InProcessLimits {
  readonly #clock: Clock;
  readonly #users = new Map<number, Counted>();
  readonly #apiTokens = new Map<number, Counted>();
  /** When requests with a limit began. */
  readonly #begun = new EntryTable<number>();
  #sweptAt = 0;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  refuse(reservation: Reservation): ReserveRefusal | undefined {
    const { userId, apiTokenId, userLimits, apiTokenLimits } = reservation;
    return (
      this.#refuse('user', this.#users, userId, userLimits, reservation) ??
      this.#refuse('token', this.#apiTokens, apiTokenId, apiTokenLimits, reservation)
    );
  }

  /** The reservation was made: it counts. */
  begin(reservation: Reservation): void {
    const { userId, apiTokenId, userLimits, apiTokenLimits, tokens, requestId } = reservation;
    if (userLimits === undefined && apiTokenLimits === undefined) return;
    const now = this.#clock.now();
    for (const counted of [
      this.#find(this.#users, userId),
      this.#find(this.#apiTokens, apiTokenId),
    ]) {
      counted.windows.count(tokens, now);
      counted.held += 1;
    }
    this.#begun.set(requestId, now);
  }

  /** What limits per minute leave, of user and token the one that is nearer to its end; undefined without any. */
  figures(reservation: Reservation): RateLimitFigures | undefined {
    const { userId, apiTokenId, userLimits, apiTokenLimits } = reservation;
    if (userLimits === undefined && apiTokenLimits === undefined) return undefined;
    const now = this.#clock.now();
    const nearer = (kind: 'requests' | 'tokens'): RateLimitFigure | undefined => {
      const name = kind === 'requests' ? 'requestsPerMinute' : 'tokensPerMinute';
      const figures: RateLimitFigure[] = [];
      const [ofUser, ofToken] = [userLimits?.[name], apiTokenLimits?.[name]];
      if (ofUser !== undefined)
        figures.push(this.#find(this.#users, userId).windows.figure(kind, ofUser, now));
      if (ofToken !== undefined)
        figures.push(this.#find(this.#apiTokens, apiTokenId).windows.figure(kind, ofToken, now));
      return figures.sort((a, b) => a.remaining - b.remaining)[0];
    };
    const requests = nearer('requests');
    const tokens = nearer('tokens');
    if (requests === undefined && tokens === undefined) return undefined;
    return { ...(requests && { requests }), ...(tokens && { tokens }) };
  }

  /** The request is not in flight any more, and used so many tokens. Once for each that began. */
  end(reservation: Reservation, actualTokens: number): void {
    const { userId, apiTokenId, tokens, requestId } = reservation;
    const begunAt = this.#begun.delete(requestId);
    if (begunAt === undefined) return;
    const now = this.#clock.now();
    for (const counted of [
      this.#find(this.#users, userId),
      this.#find(this.#apiTokens, apiTokenId),
    ]) {
      counted.windows.correct(actualTokens - tokens, begunAt, now);
      counted.held -= 1;
    }
  }

  #refuse(
    scope: 'user' | 'token',
    accounts: Map<number, Counted>,
    id: number,
    limits: RequestLimits | undefined,
    { tokens }: Reservation,
  ): ReserveRefusal | undefined {
    if (limits === undefined) return undefined;
    const { windows, held } = this.#find(accounts, id);
    const refusal = windows.refuse(limits, held, tokens, this.#clock.now());
    return refusal && { allowed: false, reason: 'limited', scope, ...refusal };
  }

  #find(accounts: Map<number, Counted>, id: number): Counted {
    const now = this.#clock.now();
    let counted = accounts.get(id);
    if (counted === undefined) {
      if (accounts.size > SWEEP_ABOVE && now > this.#sweptAt + SWEEP_INTERVAL_MS) {
        this.#sweptAt = now;
        sweep(accounts, now - WINDOW_LIFE_MS);
      }
      accounts.set(id, (counted = { windows: new RequestWindows(), held: 0, usedAt: now }));
    }
    counted.usedAt = now;
    return counted;
  }
}

function sweep(accounts: Map<number, Counted>, usedBefore: number): void {
  for (const [id, { held, usedAt }] of accounts)
    if (held === 0 && usedAt < usedBefore) accounts.delete(id);
}
