import { Command } from 'ioredis';
import type { RedisClient } from './connect.ts';
import type { LuaScript } from './lua-script.ts';
import { mastersOf } from './masters-of.ts';

/**
 * Runs scripts by their hash; a Redis that does not know one yet is sent the text. Answers are as Redis gave them:
 * integers as numbers, texts as buffers.
 */
export class ScriptSender {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /**
   * Sends at once, before it returns. A script that was refused because of its hash has not run.
   *
   * @param key routes the call in a Redis Cluster
   * @throws the client's error: no answer in time, no connection, an error of the script
   */
  async run(script: LuaScript, key: string, values: readonly string[]): Promise<unknown> {
    try {
      return await this.#send('evalsha', [script.sha, '1', key], values);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.#send('eval', [script.text, '1', key], values);
    }
  }

  /** What `send` sends while it runs goes out in one write, in a Redis Cluster in one for each node. */
  together(send: () => void): void {
    const streams = mastersOf(this.#redis).map(({ stream }) => stream as typeof stream | undefined);
    for (const stream of streams) stream?.cork();
    try {
      send();
    } finally {
      for (const stream of streams) stream?.uncork();
    }
  }

  #send(name: string, head: readonly string[], values: readonly string[]): Promise<unknown> {
    const command = new Command(name, head.concat(values), { replyEncoding: null });
    void this.#redis.sendCommand(command);
    return command.promise;
  }
}

function isUnknownScript(error: unknown): boolean {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError && String(error.message).startsWith('NOSCRIPT');
}
