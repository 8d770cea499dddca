import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { startOwnRedis, startThreeNodes } from '../../../../test/support/redis.ts';
import { connectProducer, type RedisClient } from './connect.ts';
import { mastersOf } from './masters-of.ts';
import { ScriptSender } from './script-sender.ts';

const deadlineMs = 300;
const text = 'return ARGV[1]';
const echo = { name: 'echo', text, sha: createHash('sha1').update(text).digest('hex') };

/** What a process does that gets no processor, or waits for its disk: nothing. */
function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

interface StartedRedis {
  url: string;
  stop(): Promise<void>;
}

describe.each<[string, () => Promise<StartedRedis>]>([
  ['one server', startOwnRedis],
  ['a Redis Cluster', startThreeNodes],
])('the sender of scripts, to %s', (_where, startRedis) => {
  let own: StartedRedis;
  beforeAll(async () => {
    own = await startRedis();
  }, 70_000);
  afterAll(() => own.stop());

  let redis: RedisClient;
  let sender: ScriptSender;
  const run = async (value: string): Promise<string> =>
    String(await sender.run(echo, 'key', [value]));
  const pause = async (ms: number): Promise<void> => {
    const paused = mastersOf(redis).map((node) => node.call('CLIENT', 'PAUSE', String(ms), 'ALL'));
    await Promise.all(paused);
  };
  beforeEach(async () => {
    redis = connectProducer({ address: own.url, keyPrefix: 'test', commandTimeoutMs: deadlineMs });
    redis.on('error', () => undefined);
    await waitUntil(() => redis.status === 'ready');
    sender = new ScriptSender(redis);
    await waitUntil(() => run('known').then(Boolean, () => false));
  });
  afterEach(() => redis.disconnect());

  it('gives a script up after its deadline', async () => {
    await pause(2 * deadlineMs);
    const sentAt = performance.now();
    await expect(run('late')).rejects.toThrow(
      `timed out: no answer of Redis within ${deadlineMs} ms`,
    );
    expect(performance.now() - sentAt).toBeGreaterThan(deadlineMs - 5);
    await waitUntil(() => run('again').then(Boolean, () => false));
  });

  it('gives each script its own time', async () => {
    await pause(1.5 * deadlineMs);
    await expect(run('first')).rejects.toThrow('no answer');
    expect(await run('second')).toBe('second');
  });

  it('takes the answer that came while this process stood still', async () => {
    const answers = [run('one'), run('two'), redis.strlen('key')];
    standStill(2 * deadlineMs);
    expect(await Promise.all(answers)).toEqual(['one', 'two', 0]);
  });

  it('waits for the answer to what it only sent after it had stood still', async () => {
    const answers: Promise<string>[] = [];
    await pause(2.3 * deadlineMs);
    sender.together(() => {
      answers.push(run('one'), run('two'));
      standStill(2 * deadlineMs);
    });
    expect(await Promise.all(answers)).toEqual(['one', 'two']);
  });
});
