import { Command, type Redis } from 'ioredis';
import type { RedisClient } from './connect.ts';
import { isUnknownScript, type LuaScript } from './lua-script.ts';
import { mastersOf } from './masters-of.ts';

/** Takes the bytes of commands while a turn is put together. */
class Outbox {
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

/**
 * Runs scripts by their hash; a Redis that does not know one yet is sent the text. Answers are as Redis gave them:
 * integers as numbers, texts as buffers.
 */
export class ScriptSender {
  readonly #redis: RedisClient;
  #outbox: Outbox | undefined;

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

  /**
   * What `send` sends while it runs goes out in one write, in a Redis Cluster in one for each node. It must use `run` only:
   * the client counts on answers coming in the order of its calls, and another command would overtake.
   */
  together(send: () => void): void {
    if (this.#redis.isCluster) {
      corked(mastersOf(this.#redis), send);
      return;
    }
    const outbox = (this.#outbox = new Outbox());
    try {
      send();
    } finally {
      this.#outbox = undefined;
      if (outbox.text !== '') (this.#redis as Redis).stream.write(outbox.text);
    }
  }

  #send(name: string, head: readonly string[], values: readonly string[]): Promise<unknown> {
    const command = new Command(name, head.concat(values), { replyEncoding: null });
    // Of the stream that a command may be written to, the client uses `write` only.
    void this.#redis.sendCommand(command, this.#outbox as unknown as Redis['stream'] | undefined);
    return command.promise;
  }
}

/** One write for each connection, without knowing which command goes where. */
function corked(servers: readonly Redis[], send: () => void): void {
  const streams = servers.map(({ stream }) => stream as typeof stream | undefined);
  for (const stream of streams) stream?.cork();
  try {
    send();
  } finally {
    for (const stream of streams) stream?.uncork();
  }
}
