import type { RedisClient } from './connect.ts';
import { isUnknownScript, loadScript } from './lua-script.ts';

type Argument = string | number | Buffer;

/** What one call of a script is given. Its keys must be in one slot. */
export interface ScriptCall {
  keys: readonly string[];
  args: readonly Argument[];
}

/** A Lua script on one connection. Repeated with its text where Redis does not know it yet, or any more. */
export interface RedisScript {
  run(call: ScriptCall): Promise<unknown>;
  /** All calls on their way at once, the answers in their order. Rejects when one of them fails; the others may have run. */
  runAll(calls: readonly ScriptCall[]): Promise<readonly unknown[]>;
}

/** @param name file in the package's folder `scripts`, without `.lua` */
export function openRedisScript(redis: RedisClient, name: string): RedisScript {
  const { text, sha } = loadScript(name);

  async function run({ keys, args }: ScriptCall): Promise<unknown> {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return redis.eval(text, keys.length, ...keys, ...args);
    }
  }

  async function runAll(calls: readonly ScriptCall[]): Promise<readonly unknown[]> {
    // A pipeline goes to one node; in a Redis Cluster the calls are for several.
    if (redis.isCluster || calls.length < 2) return Promise.all(calls.map(run));
    const pipeline = redis.pipeline();
    for (const { keys, args } of calls) pipeline.evalsha(sha, keys.length, ...keys, ...args);
    const answers = (await pipeline.exec()) ?? [];
    return Promise.all(
      // Asynchronous, so that one that fails leaves none without an owner.
      calls.map(async (call, index) => {
        const [error, answer] = answers[index] ?? [new Error('no answer')];
        if (error === null) return answer;
        if (isUnknownScript(error)) return run(call);
        throw error;
      }),
    );
  }

  return { run, runAll };
}
