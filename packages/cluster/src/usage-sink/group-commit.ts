/** Items that are committed together, at most. */
const MAX_BATCH = 500;
/**
 * How long a batch waits for more, by how many items a second there are: fuller batches cost less for each item. Where
 * thousands come, the process is short of CPU, and waiting is what makes answers quicker. It ends sooner when so many
 * wait for one that may still join. Measured in docs/performance.md.
 */
const lingers: readonly Linger[] = [
  { perSecond: 3000, ms: 5, waitingForOne: 20 },
  { perSecond: 200, ms: 2, waitingForOne: 1 },
];

interface Linger {
  perSecond: number;
  ms: number;
  waitingForOne: number;
}

const RATE_WINDOW_MS = 100;

export interface GroupCommitDeps<Item> {
  /** Makes the items durable, all or none. */
  commit(items: readonly Item[]): Promise<void>;
  /**
   * How many more items may arrive soon (requests in flight). When everyone who could join is already waiting,
   * lingering would only add latency.
   */
  expected(): number;
  /** These are refused for good. Called before their `add` rejects. */
  refused?(items: readonly Item[]): void;
}

interface Waiting<Item> {
  items: readonly Item[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Commits what arrives while a commit is under way together, in the next one. Every `add` resolves when its own items
 * are durable. A commit that fails is tried again caller by caller, so that one bad item does not refuse the others.
 */
export class GroupCommit<Item> {
  readonly #deps: GroupCommitDeps<Item>;
  #waiting: Waiting<Item>[] = [];
  #count = 0;
  #isCommitting = false;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #windowStart = 0;
  #windowCount = 0;
  /** Undefined: commit at once. */
  #linger: Linger | undefined;
  #idle: (() => void)[] = [];

  constructor(deps: GroupCommitDeps<Item>) {
    this.#deps = deps;
  }

  add(items: readonly Item[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      this.#count += items.length;
      this.#measure(items.length);
      if (!this.#isCommitting) this.#schedule();
    });
  }

  /** Resolves when nothing is waiting and no commit is under way. */
  drained(): Promise<void> {
    if (!this.#isCommitting && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #measure(count: number): void {
    const now = performance.now();
    this.#windowCount += count;
    const elapsed = now - this.#windowStart;
    if (elapsed < RATE_WINDOW_MS) return;
    const perSecond = (this.#windowCount / elapsed) * 1000;
    this.#linger = lingers.find((linger) => perSecond > linger.perSecond);
    this.#windowStart = now;
    this.#windowCount = 0;
  }

  #schedule(): void {
    const linger = this.#linger;
    if (
      linger !== undefined &&
      this.#count < MAX_BATCH &&
      this.#count < this.#deps.expected() * linger.waitingForOne
    ) {
      this.#timer ??= setTimeout(this.#flush, linger.ms);
      return;
    }
    if (this.#timer !== undefined) clearTimeout(this.#timer as NodeJS.Timeout);
    this.#timer = setImmediate(this.#flush);
    this.#isCommitting = true; // everything of this turn of the event loop still joins
  }

  #flush = (): void => {
    this.#timer = undefined;
    this.#isCommitting = true;
    const batch = this.#take();
    const items: Item[] = [];
    for (const waiting of batch) for (const item of waiting.items) items.push(item);
    this.#deps.commit(items).then(
      () => {
        for (const waiting of batch) waiting.resolve();
        this.#next();
      },
      (error: unknown) => void this.#commitSingly(batch, error),
    );
  };

  #take(): Waiting<Item>[] {
    if (this.#count <= MAX_BATCH) {
      const all = this.#waiting;
      this.#waiting = [];
      this.#count = 0;
      return all;
    }
    const batch: Waiting<Item>[] = [];
    let size = 0;
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0] as Waiting<Item>;
      if (size > 0 && size + next.items.length > MAX_BATCH) break;
      batch.push(next);
      size += next.items.length;
      this.#waiting.shift();
    }
    this.#count -= size;
    return batch;
  }

  async #commitSingly(batch: readonly Waiting<Item>[], error: unknown): Promise<void> {
    for (const waiting of batch) {
      if (batch.length === 1) {
        this.#refuse(waiting, error);
        continue;
      }
      try {
        await this.#deps.commit(waiting.items);
        waiting.resolve();
      } catch (own) {
        this.#refuse(waiting, own);
      }
    }
    this.#next();
  }

  #refuse(waiting: Waiting<Item>, error: unknown): void {
    this.#deps.refused?.(waiting.items);
    waiting.reject(error);
  }

  #next(): void {
    this.#isCommitting = false;
    if (this.#waiting.length > 0) {
      this.#schedule();
      return;
    }
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
