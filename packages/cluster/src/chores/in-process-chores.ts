import type { Chore, Chores, Clock, Logger } from '@turnpike/core';
import { ChoreBox } from './chore-box.ts';
import { chorePriorities } from './chore-job.ts';
import { CHORE_ATTEMPTS, CHORES_AT_ONCE, FIRST_PAUSE_MS, GATHER_MS } from './chore-pace.ts';

export interface InProcessChoresDeps {
  clock: Clock;
  logger: Logger;
}

/** Portions of log rows, of which each has up to 200; under a flood of refusals the rest is dropped: nothing is billed by it. */
const MAX_WAITING_LOGS = 50;

interface Task {
  chore: Chore;
  attempts: number;
}

type Handle = (chore: Chore) => Promise<void>;

/** Chores within one process. `stop` of who works does what was asked before; nothing outlives the process. */
export function createInProcessChores(deps: InProcessChoresDeps): Chores {
  return new InProcessChores(deps);
}

class InProcessChores implements Chores {
  readonly #logger: Logger;
  readonly #box: ChoreBox;
  #waiting: Task[] = [];
  /** Tasks that failed and come again. */
  readonly #pausing = new Map<Task, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #handle: Handle | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ clock, logger }: InProcessChoresDeps) {
    this.#logger = logger;
    this.#box = new ChoreBox({ clock });
  }

  ask(chore: Chore): void {
    if (this.#isClosed) return;
    if (!this.#box.add(chore)) {
      this.#logger.debug({ chore: chore.kind }, 'chore dropped: too many wait');
      return;
    }
    // Without anybody who works they stay in the box, which has a bound.
    if (this.#handle !== undefined) this.#gatherSoon();
  }

  work(handle: Handle): Promise<{ stop(): Promise<void> }> {
    this.#handle = handle;
    this.#begin();
    return Promise.resolve({ stop: () => this.#stop() });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#gathering);
    return Promise.resolve();
  }

  #gatherSoon(): void {
    this.#gathering ??= setTimeout(() => {
      this.#begin();
    }, GATHER_MS);
  }

  #begin(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#waiting.push(...this.#box.take().map((chore) => ({ chore, attempts: 0 })));
    this.#waiting.sort((one, other) => priorityOf(one) - priorityOf(other));
    this.#dropLogs();
    this.#runMore();
  }

  /** They are the last ones. */
  #dropLogs(): void {
    const isLog = ({ chore }: Task): boolean => chore.kind === 'failed-requests';
    const surplus = this.#waiting.filter(isLog).length - MAX_WAITING_LOGS;
    if (surplus <= 0) return;
    this.#waiting.splice(-surplus);
    this.#logger.warn({ portions: surplus }, 'log rows of failed requests were dropped');
  }

  #runMore(): void {
    while (this.#handle !== undefined && this.#running.size < CHORES_AT_ONCE) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      const run = this.#run(task, this.#handle).finally(() => {
        this.#running.delete(run);
        this.#runMore();
      });
      this.#running.add(run);
    }
  }

  async #run(task: Task, handle: Handle): Promise<void> {
    task.attempts += 1;
    try {
      await handle(task.chore);
    } catch (error) {
      const { chore, attempts } = task;
      this.#logger.warn({ err: error, chore: chore.kind, attempts }, 'chore failed');
      if (attempts < CHORE_ATTEMPTS && this.#handle !== undefined) this.#tryLater(task);
    }
  }

  #tryLater(task: Task): void {
    const pauseMs = FIRST_PAUSE_MS * 2 ** (task.attempts - 1);
    const timer = setTimeout(() => {
      this.#pausing.delete(task);
      this.#waiting.push(task);
      this.#begin();
    }, pauseMs);
    this.#pausing.set(task, timer);
  }

  /** What failed before gets its last attempt now. */
  async #stop(): Promise<void> {
    for (const [task, timer] of this.#pausing) {
      clearTimeout(timer);
      this.#waiting.push({ ...task, attempts: CHORE_ATTEMPTS - 1 });
    }
    this.#pausing.clear();
    this.#begin();
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#handle = undefined;
  }
}

function priorityOf({ chore }: Task): number {
  return chorePriorities[chore.kind];
}
