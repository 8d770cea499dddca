import { findProvider, type Dialect, type Provider } from '@turnpike/adaptors';
import {
  readLimits,
  type ChannelSnapshot,
  type Family,
  type LimitedParty,
  type SecretBox,
} from '@turnpike/core';
import { readChannelPolicy, type ChannelPolicy } from '../policy/channel-policy.ts';
import { readFamilies } from './read-channel-config.ts';

/** A channel ready to be called. */
export interface RelayChannel {
  id: number;
  name: string;
  type: number;
  status: number;
  /** Undefined for types whose wire this build does not speak. */
  provider: Provider | undefined;
  baseUrl: string;
  config: Readonly<Record<string, unknown>>;
  modelMapping: Readonly<Record<string, string>>;
  systemPrompt: string;
  /** Families that an administrator declared for this channel, best first; undefined: those of its provider. */
  families: readonly Family[] | undefined;
  /** What an administrator decides of requests to it; undefined: nothing. */
  policy: ChannelPolicy | undefined;
  /** Its own limits, where an administrator set any. */
  limited: LimitedParty | undefined;
  /** The upstream credential; opened on first use. @throws when it can not be opened */
  key(): string;
  /** Credentials and the dialect's own headers: name, value, … The same list each time. */
  upstreamHeaders(dialect: Dialect): readonly string[];
}

/** Legacy `other` column: the config field that it fills when that is empty, by channel type. */
const legacyOther: Readonly<Record<number, string>> = {
  3: 'api_version',
  17: 'plugin',
  18: 'api_version',
  21: 'library_id',
  24: 'api_version',
};

/** Config fields of channels that leave them out, by channel type. */
export type ChannelDefaults = Readonly<Record<number, Readonly<Record<string, unknown>>>>;

/** Prepares a channel for requests. Its key is opened on first use. */
export function toRelayChannel(
  channel: ChannelSnapshot,
  secretBox: SecretBox,
  defaults: ChannelDefaults = {},
): RelayChannel {
  const provider = findProvider(channel.type);
  const config = withDefaults(withLegacyOther(channel), defaults[channel.type]);
  let opened: string | undefined;
  const key = (): string => (opened ??= secretBox.open(channel.sealedKey));
  const headerLists = new Map<Dialect, readonly string[]>();
  const limits = readLimits(config['limits']);
  return {
    id: channel.id,
    name: channel.name,
    type: channel.type,
    status: channel.status,
    provider,
    baseUrl: (channel.baseUrl || (provider?.defaultBaseUrl ?? '')).replace(/\/+$/, ''),
    config,
    modelMapping: channel.modelMapping,
    systemPrompt: channel.systemPrompt,
    families: readFamilies(config),
    policy: readChannelPolicy(channel.config, channel.configText),
    limited:
      limits === undefined ? undefined : { scope: 'channel', id: String(channel.id), limits },
    key,
    upstreamHeaders(dialect) {
      let headers = headerLists.get(dialect);
      if (headers === undefined) {
        const all = { ...dialect.headers, ...provider?.authorize(key(), config) };
        headers = Object.entries(all).flat();
        headerLists.set(dialect, headers);
      }
      return headers;
    },
  };
}

function withLegacyOther({
  type,
  config,
  other,
}: ChannelSnapshot): Readonly<Record<string, unknown>> {
  const field = legacyOther[type];
  if (field === undefined || other === '' || (config[field] ?? '') !== '') return config;
  return { ...config, [field]: other };
}

/** The console stores an empty text for what was left out. */
function withDefaults(
  config: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const missing = Object.entries(defaults).filter(([key]) => (config[key] ?? '') === '');
  return missing.length === 0 ? config : { ...config, ...Object.fromEntries(missing) };
}
