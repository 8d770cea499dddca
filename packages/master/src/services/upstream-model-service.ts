import {
  managementErrors,
  parseJsonObject,
  type ChannelRepository,
  type FindModelListQuery,
  type ModelListAccount,
} from '@turnpike/core';
import type { ChannelModelsFetchInput } from '@turnpike/core/contract';
import { fetchJson } from '../outbound/fetch-json.ts';
import { findChannel } from './channel-service.ts';

export interface UpstreamModelServiceDeps {
  channels: ChannelRepository;
  findModelListQuery: FindModelListQuery;
}

export interface UpstreamModelService {
  /**
   * Sorted names of what the upstream of a channel has, each once.
   *
   * @throws `not_found`, `model_list_not_supported`, `model_list_failed`
   */
  ofChannel(channelId: number): Promise<string[]>;
  /**
   * The same of a channel that is not saved. Only its own key is sent: a saved one must not be had by naming another
   * address for it.
   *
   * @throws `model_list_not_supported`, `model_list_failed`
   */
  of(input: ChannelModelsFetchInput): Promise<string[]>;
}

/** Of all pages together. */
const TIMEOUT_MS = 30_000;
/** Resellers list thousands of models, each with a description. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_MODELS = 10_000;
const MAX_NAME_CHARACTERS = 191;
/** Anything shorter is no secret, and may be a part of any word. */
const MIN_KEY_CHARACTERS = 8;

/** Asks upstreams which models they have. Of what they answer nothing but names is shown. */
export function createUpstreamModelService(deps: UpstreamModelServiceDeps): UpstreamModelService {
  async function ask(type: number, account: ModelListAccount): Promise<string[]> {
    const query = deps.findModelListQuery(type);
    if (query === undefined) throw managementErrors.modelListNotSupported();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const steps = query(account);
    for (let step = steps.next(); ;) {
      if (step.done === true) {
        if (step.value.problem !== undefined) throw failed(step.value.problem);
        return tidy(step.value.models, account.key);
      }
      const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
      const answer = await fetchJson(step.value, signal, limits);
      if (answer.problem !== undefined) throw failed(answer.problem);
      step = steps.next(answer.body);
    }
  }

  return {
    async ofChannel(channelId) {
      const { type, key, baseUrl, config } = await findChannel(deps.channels, channelId);
      return ask(type, toAccount(key, baseUrl, config));
    },
    of: ({ type, key, base_url: baseUrl, config }) => ask(type, toAccount(key, baseUrl, config)),
  };
}

function toAccount(
  key: string | undefined,
  baseUrl: string | null | undefined,
  config: string | undefined,
): ModelListAccount {
  return {
    key: (key ?? '').trim().split('\n', 1)[0]?.trim() ?? '',
    baseUrl: baseUrl?.trim() ?? '',
    config: parseJsonObject(config ?? '') ?? {},
  };
}

/** An upstream may answer anything: also the key, by whatever name. */
function tidy(models: readonly string[], key: string): string[] {
  const isName = (name: string): boolean =>
    name !== '' &&
    name.length <= MAX_NAME_CHARACTERS &&
    (key.length < MIN_KEY_CHARACTERS || !name.includes(key));
  return [...new Set(models.map((name) => name.trim()))].filter(isName).sort().slice(0, MAX_MODELS);
}

function failed(problem: string) {
  return managementErrors.modelListFailed({ problem });
}
