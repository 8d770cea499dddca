import type { Worker } from 'node:worker_threads';

/** A thread is back in a tenth of a second. */
const IDLE_MS = 2_000;

/** A thread that answers questions by their id. The first one starts it, and it goes when nobody asks. */
export class IdleWorker<Question extends object, Answer extends { id: number }> {
  readonly #create: () => Worker;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(create: () => Worker) {
    this.#create = create;
  }

  /**
   * @param question sent with an `id`, which the answer repeats
   * @param patienceMs how long to wait; without a limit where left out
   * @returns undefined where the thread ended, or did not answer in time
   */
  ask(question: Question, patienceMs?: number): Promise<Answer | undefined> {
    clearTimeout(this.#idle);
    const asked = (this.#worker ??= this.#start());
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const giveUp = (): void => {
        // Whoever else waits for this thread waits in vain as well.
        if (this.#worker === asked) void this.close();
        this.#answer(id, undefined);
      };
      const deadline = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(deadline);
        resolve(answer);
      });
      asked.postMessage({ ...question, id });
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const stopping = this.#worker;
    this.#worker = undefined;
    await stopping?.terminate();
  }

  #start(): Worker {
    const started = this.#create();
    started.unref();
    started.on('message', (answer: Answer) => this.#answer(answer.id, answer));
    const giveUp = (): void => {
      if (this.#worker !== started && this.#worker !== undefined) return;
      this.#worker = undefined;
      for (const id of [...this.#waiting.keys()]) this.#answer(id, undefined);
    };
    started.on('error', giveUp);
    started.on('exit', giveUp);
    return started;
  }

  #answer(id: number, answer: Answer | undefined): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS);
    this.#idle.unref();
  }
}
