import type { Command } from 'ioredis';
import type { RedisClient } from './connect.ts';

/** Makes the client give each of its commands up after this time, as `DeadlineWatch` does. */
export function setDeadline(client: RedisClient, deadlineMs: number): void {
  const watch = new DeadlineWatch(deadlineMs);
  const send = client.sendCommand.bind(client) as (command: Command, ...rest: unknown[]) => unknown;
  client.sendCommand = (command: Command, ...rest: unknown[]) => {
    watch.add(command);
    return send(command, ...rest);
  };
}

/**
 * Gives up commands that are not answered in time, as the client's own time-out would, with two differences:
 *
 * - Answers that have arrived count, however late this process looks. One that stood still (no processor for it, a slow
 *   disk) wakes up with its deadlines over and the answers unread: the client would fail all of them.
 * - There is one timer, not one for each command, so a command costs less.
 */
class DeadlineWatch {
  readonly #deadlineMs: number;
  /** Command → `performance.now()` when it was sent, oldest first. */
  readonly #sentAt = new Map<Command, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param deadlineMs how long each command may take */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** From now on the command is given up when its time is over. */
  add(command: Command): void {
    this.#sentAt.set(command, performance.now());
    const forget = (): void => void this.#sentAt.delete(command);
    command.promise.then(forget, forget);
    this.#timer ??= this.#lookAfter(this.#deadlineMs);
  }

  #lookAfter(ms: number): NodeJS.Timeout {
    // Timers come before what the network brought; what is set to be done immediately comes after it.
    return setTimeout(() => setImmediate(() => this.#look()), ms).unref();
  }

  #look(): void {
    const now = performance.now();
    this.#timer = undefined;
    for (const [command, sentAt] of this.#sentAt) {
      const leftMs = sentAt + this.#deadlineMs - now;
      if (leftMs > 0) {
        this.#timer = this.#lookAfter(leftMs);
        return;
      }
      this.#sentAt.delete(command);
      const time = `${String(this.#deadlineMs)} ms`;
      command.reject(new Error(`Command timed out: no answer of Redis within ${time}`));
    }
  }
}
