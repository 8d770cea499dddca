import {
  managementErrors,
  type BalanceAnswer,
  type Channel,
  type Clock,
  type FindBalanceQuery,
} from '@turnpike/core';
import { fetchJson } from '../outbound/fetch-json.ts';

export interface BalanceReaderDeps {
  findBalanceQuery: FindBalanceQuery;
  clock: Clock;
}

const MAX_PROBLEM_CHARACTERS = 300;
/** Anything shorter is no secret, and may be a part of any word. */
const MIN_KEY_CHARACTERS = 8;

/**
 * Asks the upstream of a channel for its balance. Never throws because of the upstream.
 *
 * @throws `balance_not_supported` for types of channels whose upstreams tell none
 */
export interface BalanceReader {
  (channel: Channel, signal: AbortSignal): Promise<BalanceAnswer>;
  isSupported(channelType: number): boolean;
}

export function createBalanceReader({ findBalanceQuery, clock }: BalanceReaderDeps): BalanceReader {
  async function readBalance(channel: Channel, signal: AbortSignal): Promise<BalanceAnswer> {
    const query = findBalanceQuery(channel.type);
    if (query === undefined) throw managementErrors.balanceNotSupported();
    const { key, baseUrl } = channel;
    const steps = query({ key, baseUrl: baseUrl?.trim() ?? '', now: clock.now() });
    for (let step = steps.next(); ;) {
      if (step.done === true) return hideKey(step.value, key);
      const answer = await fetchJson(step.value, signal);
      if (answer.problem !== undefined) return answer;
      step = steps.next(answer.body);
    }
  }

  return Object.assign(readBalance, {
    isSupported: (channelType: number) => findBalanceQuery(channelType) !== undefined,
  });
}

/** Upstreams quote what they were sent. */
function hideKey(answer: BalanceAnswer, key: string): BalanceAnswer {
  if (answer.problem === undefined) return answer;
  const { problem } = answer;
  const text = key.length < MIN_KEY_CHARACTERS ? problem : problem.replaceAll(key, '[key]');
  return { problem: text.slice(0, MAX_PROBLEM_CHARACTERS) };
}
