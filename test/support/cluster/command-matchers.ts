import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CaughtCommands, CommandMatcher, RedisProxy } from './redis-proxy.ts';

const scripts = new URL('../../../packages/cluster/scripts/', import.meta.url);
const readScript = (name: string): string => readFileSync(new URL(`${name}.lua`, scripts), 'utf8');

/** A call of one of the ledger's scripts, by its hash or with its text. */
export function isLedgerScript(name: string): CommandMatcher {
  return isScript(readScript('bucket') + readScript(name));
}

/** The configuration on its way to the relays. */
export const isSnapshotPublish: CommandMatcher = isScript(readScript('publish-snapshot'));

function isScript(text: string): CommandMatcher {
  const sha = createHash('sha1').update(text).digest('hex');
  return ({ name: command, words }) =>
    (command === 'EVALSHA' && words[1] === sha) || (command === 'EVAL' && words[1] === text);
}

/** A usage batch on its way into the queue. */
export const isUsagePublish: CommandMatcher = ({ name, words }) =>
  name.startsWith('EVAL') && words.some((word) => word.includes('"requestId"'));

/** The same on several stretches of network. */
export function catchOnAll(
  proxies: readonly RedisProxy[],
  how: 'hold' | 'divert' | 'swallow',
  matches: CommandMatcher,
): CaughtCommands {
  const caught = proxies.map((proxy) => proxy[how](matches));
  return {
    get commands() {
      return caught.flatMap(({ commands }) => commands);
    },
    release: () => {
      for (const one of caught) one.release();
    },
    discard: () => {
      for (const one of caught) one.discard();
    },
  };
}
