import { clearSecretBox, type ChannelSnapshot, type TokenRecord } from '@turnpike/core';
import { createRelaySnapshot, type RelaySnapshot } from '../snapshot/relay-snapshot.ts';

/** A valid channel; fields can be replaced. */
export function makeChannel(fields: Partial<ChannelSnapshot> = {}): ChannelSnapshot {
  return {
    id: 1,
    type: 1,
    name: 'channel',
    status: 1,
    sealedKey: 'sk-upstream',
    baseUrl: 'http://127.0.0.1:9',
    models: ['gpt-4o-mini'],
    groups: ['default'],
    modelMapping: {},
    priority: 0,
    weight: 0,
    config: {},
    other: '',
    systemPrompt: '',
    ...fields,
  };
}

export function makeSnapshot(
  channels: readonly ChannelSnapshot[],
  options: Readonly<Record<string, string>> = {},
): RelaySnapshot {
  return createRelaySnapshot({ version: 1, channels, options }, clearSecretBox);
}

export function makeToken(fields: Partial<TokenRecord> = {}): TokenRecord {
  return {
    apiTokenId: 70,
    apiTokenName: 'token',
    status: 1,
    expiredTime: -1,
    unlimitedQuota: false,
    models: undefined,
    subnets: [],
    userId: 7,
    username: 'user',
    userStatus: 1,
    userRole: 1,
    apiTokenRecordVersion: 0,
    userRecordVersion: 0,
    group: 'default',
    ...fields,
  };
}
