import { describe, expect, it } from '@jest/globals';
import { createKeys, isOwnKey } from './keys.ts';

const hash = '0123456789abcdef'.repeat(4);

/** One of each kind of key; `events` is a channel. */
function listKeys(prefix: string): string[] {
  const {
    accountPattern: _pattern,
    anyPattern: _any,
    queuePrefix,
    responses,
    ...keys
  } = createKeys(prefix);
  const { events, ...named } = keys;
  const made = Object.entries(named).map(([name, key]) => {
    if (typeof key === 'string') return key;
    const make = key as (...values: unknown[]) => string;
    return name === 'key' || name === 'state'
      ? make(hash)
      : make(name === 'acknowledged' ? 'n-1' : 4, 5);
  });
  return [
    ...made,
    ...Object.values(responses),
    `${queuePrefix}:usage:wait`,
    `{${keys.directory}}:hashes`,
    `{${keys.directory}}:applied`,
    `{${keys.directory}}:pass:1`,
    `{${events}}:count`,
  ];
}

describe('keys', () => {
  it.each(['turnpike', 'a:b', 'a.b'])('of a prefix are told from others: %s', (prefix) => {
    for (const key of listKeys(prefix)) expect([key, isOwnKey(prefix, key)]).toEqual([key, true]);
  });

  it('of a prefix that begins, ends or looks alike are not its own', () => {
    for (const other of ['turnpike2', 'turnpike-2', 'turnpike:2', 'my:turnpike', 'turnpike:a.b'])
      for (const key of listKeys(other))
        expect([key, isOwnKey('turnpike', key)]).toEqual([key, false]);
    for (const key of listKeys('axb')) expect([key, isOwnKey('a.b', key)]).toEqual([key, false]);
  });
});
