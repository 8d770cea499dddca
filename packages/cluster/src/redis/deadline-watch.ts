import type { Cluster, Command, Redis } from 'ioredis';

/** Makes the client give each of its commands up after this time, as `DeadlineWatch` does. */
export function setDeadline(client: Redis | Cluster, deadlineMs: number): void {
  const watch = new DeadlineWatch(deadlineMs);
  const send = client.sendCommand.bind(client) as (command: Command, ...rest: unknown[]) => unknown;
  client.sendCommand = (command: Command, ...rest: unknown[]) => {
    watch.add(command);
    return send(command, ...rest);
  };
}

interface Sent {
  command: Command;
  /** The tick in which it was sent. */
  tick: number;
}

/** So many answered commands may lie in front of those that wait before they are moved together. */
const MOST_ANSWERED = 1024;
/** A command is given up when it has waited for so many whole ticks: up to one tick after its deadline. */
const TICKS_OF_DEADLINE = 8;

/**
 * Gives up commands that are not answered in time, as the client's own time-out would, with two differences:
 *
 * - Time is counted in ticks that this process lived through. One that stood still (no processor for it, a slow disk)
 *   lived through one tick at most, however long that was: it wakes up with answers unread and commands unsent, and the
 *   client would fail all of them.
 * - There is one timer, not one for each command, and nothing is done when a command is answered: about a tenth of a
 *   microsecond a command instead of 0.7.
 */
class DeadlineWatch {
  readonly #deadlineMs: number;
  /** Oldest first; undefined in front of `#first`. */
  #sent: (Sent | undefined)[] = [];
  #first = 0;
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param deadlineMs how long each command may take */
  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** From now on the command is given up when its time is over. */
  add(command: Command): void {
    this.#forgetAnswered();
    this.#sent.push({ command, tick: this.#tick });
    this.#timer ??= this.#nextTick();
  }

  /** Answers mostly come in the order of their commands; what was answered behind one that waits is kept until then. */
  #forgetAnswered(): void {
    while (this.#sent[this.#first]?.command.isSettled === true) {
      this.#sent[this.#first] = undefined;
      this.#first += 1;
    }
    if (this.#first < this.#sent.length && this.#first < MOST_ANSWERED) return;
    this.#sent.splice(0, this.#first);
    this.#first = 0;
  }

  #nextTick(): NodeJS.Timeout {
    const tickMs = this.#deadlineMs / TICKS_OF_DEADLINE;
    // Timers come before what the network brought; what is set to be done immediately comes after it.
    return setTimeout(() => setImmediate(() => this.#look()), tickMs).unref();
  }

  #look(): void {
    this.#tick += 1;
    this.#timer = undefined;
    for (;;) {
      this.#forgetAnswered();
      const oldest = this.#sent[this.#first];
      if (oldest === undefined) return;
      if (this.#tick - oldest.tick <= TICKS_OF_DEADLINE) {
        this.#timer = this.#nextTick();
        return;
      }
      const time = `${String(this.#deadlineMs)} ms`;
      oldest.command.reject(new Error(`Command timed out: no answer of Redis within ${time}`));
      this.#sent[this.#first] = undefined;
      this.#first += 1;
    }
  }
}
