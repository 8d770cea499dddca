import { describe, expect, it } from '@jest/globals';
import type { ChannelSnapshot } from '@turnpike/core';
import { toRelayChannel } from './relay-channel.ts';

const channel = {
  id: 1,
  name: 'c',
  type: 24,
  status: 1,
  baseUrl: '',
  other: '',
  config: {},
  modelMapping: {},
  systemPrompt: '',
  sealedKey: 'K',
} as unknown as ChannelSnapshot;

const box = { seal: (text: string) => text, open: (text: string) => text };
const defaults = { 24: { api_version: 'v1beta', safety_setting: 'off' } };

function configOf(changes: object): unknown {
  return toRelayChannel({ ...channel, ...changes }, box as never, defaults).config;
}

describe('toRelayChannel', () => {
  it('fills in what a channel of the type leaves out, or leaves empty', () => {
    expect(configOf({ config: { api_version: '', region: 'x' } })).toEqual({
      api_version: 'v1beta',
      region: 'x',
      safety_setting: 'off',
    });
    expect(configOf({ config: { api_version: 'v1' } })).toMatchObject({ api_version: 'v1' });
    expect(configOf({ other: 'v1alpha' })).toMatchObject({ api_version: 'v1alpha' });
    expect(configOf({ type: 1 })).toEqual({});
  });
});
