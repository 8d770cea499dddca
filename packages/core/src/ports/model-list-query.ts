import type { BalanceRequest } from './balance-query.ts';

/** An account at an upstream, as far as asking for its models needs to know. */
export interface ModelListAccount {
  /** The channel's own base URL; empty: the provider's. */
  baseUrl: string;
  key: string;
  /** The channel's `config`. */
  config: Readonly<Record<string, unknown>>;
}

/** What came out. `problem` is for administrators: why there is no list. */
export type ModelListAnswer =
  { models: readonly string[]; problem?: undefined } | { problem: string };

/**
 * How a kind of upstream is asked which models it has: yields requests, is given the JSON of each answer with status 200,
 * and returns their names. It does no I/O itself.
 */
export type ModelListQuery = (
  account: ModelListAccount,
) => Generator<BalanceRequest, ModelListAnswer, unknown>;

/** The query of a channel type; undefined where its upstreams tell no models. */
export type FindModelListQuery = (channelType: number) => ModelListQuery | undefined;
