/** An account at an upstream, as far as asking for its balance needs to know. */
export interface BalanceAccount {
  /** The channel's own base URL; empty: the provider's. */
  baseUrl: string;
  key: string;
  /** Unix milliseconds. */
  now: number;
}

/** A GET request. The URL may hold the key: it is never shown. */
export interface BalanceRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** What came out. `problem` is for administrators: why there is no balance. */
export type BalanceAnswer = { balance: number; problem?: undefined } | { problem: string };

/**
 * How a kind of upstream is asked for the balance of an account: yields requests, is given the JSON of each answer with
 * status 200, and returns the balance in whatever money the upstream counts in. It does no I/O itself.
 */
export type BalanceQuery = (
  account: BalanceAccount,
) => Generator<BalanceRequest, BalanceAnswer, unknown>;

/** The query of a channel type; undefined where its upstreams tell no balance. */
export type FindBalanceQuery = (channelType: number) => BalanceQuery | undefined;
