import { errors, type Clock, type Logger, type ResponseStore } from '@turnpike/core';
import type { StreamTicker, Ticking } from '../http/stream-ticker.ts';
import { BackgroundRun, type RunParts } from './background-run.ts';
import { RunRecords, type RunName, type RunWish } from './run-records.ts';

/** A node that has not said for so long that it is at it is not. */
const ALIVE_MS = 10_000;
const BEAT_MS = 3000;
/** More at once are refused: each holds an answer in memory. */
const MAX_RUNS = 256;
/** How often it is tried to store how a response ended, and how long is waited in between. */
const PUT_TRIES = 5;
const PUT_PAUSE_MS = 500;

export interface BackgroundRunsDeps {
  responseStore: ResponseStore;
  clock: Clock;
  ticker: StreamTicker;
  logger: Logger;
}

/** What is stored of a response beside the response. */
export interface RunBeginning extends Omit<RunParts, 'onSettled'> {
  input: string;
  previousId: string | undefined;
}

/** The responses that this node makes in the background. */
export class BackgroundRuns implements Ticking {
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  readonly records: RunRecords;
  readonly #deps: BackgroundRunsDeps;
  readonly #runs = new Map<string, Keeper>();
  #isBeating = false;
  #lastBeatAt = 0;
  #drainUntil = 0;

  constructor(deps: BackgroundRunsDeps) {
    this.#deps = deps;
    this.records = new RunRecords(deps.responseStore, deps.clock);
  }

  /**
   * Stores that a response is being made; from then on it can be asked for, on every node.
   *
   * @throws `not_ready` where it could not be stored, or too many are being made
   */
  async begin({ input, previousId, ...parts }: RunBeginning): Promise<BackgroundRun> {
    if (this.#runs.size >= MAX_RUNS || this.#drainUntil > 0)
      throw errors.notReady({ retryAfterMs: 1000 });
    const run = new BackgroundRun({ ...parts, onSettled: () => void keeper.finish() });
    const keeper = new Keeper(run, this.#deps, this.records, { input, previousId });
    if (!(await keeper.begin())) throw errors.notReady({ retryAfterMs: 1000 });
    this.#runs.set(keyOf(run.name), keeper);
    this.#deps.ticker.add(this);
    void Promise.all([run.closed, keeper.stored]).then(() => {
      this.#runs.delete(keyOf(run.name));
      if (this.#runs.size === 0) this.#deps.ticker.remove(this);
    });
    return run;
  }

  /** Undefined where it is not made here. */
  find(name: RunName): BackgroundRun | undefined {
    return this.#runs.get(keyOf(name))?.run;
  }

  /** Ends one that is made here. Resolves when that is stored, or the response is gone. */
  async end(name: RunName, wish: RunWish): Promise<void> {
    await this.#runs.get(keyOf(name))?.end(wish);
  }

  onTick(): void {
    if (this.#isBeating) return;
    this.#isBeating = true;
    const now = Date.now();
    const isBeat = now - this.#lastBeatAt >= BEAT_MS;
    if (isBeat) this.#lastBeatAt = now;
    const keepers = [...this.#runs.values()];
    // A store out of reach is asked again at the next tick.
    void Promise.allSettled(keepers.map((keeper) => keeper.beat(isBeat))).then(() => {
      this.#isBeating = false;
    });
  }

  /** No new ones, and open ones end within `graceMs`. */
  drain(graceMs: number): void {
    this.#drainUntil = Date.now() + graceMs;
  }

  /** Waits for what is being made, as long as it may take; the rest is given up, billed, and stored as failed. */
  async stop(): Promise<void> {
    const all = [...this.#runs.values()];
    const ended = Promise.all(all.map(({ run }) => run.closed));
    const graceMs = Math.max(0, this.#drainUntil - Date.now());
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([ended, grace]);
    clearTimeout(timer);
    for (const { run } of all) run.leave(stopped);
    await ended;
    await Promise.all(all.map(({ stored }) => stored));
  }
}

const stopped = {
  status: 'failed',
  code: 'server_error',
  message: 'The gateway was stopped before the response was complete.',
} as const;

function keyOf({ userId, id }: RunName): string {
  return `${String(userId)}:${id}`;
}

/** Keeps what is stored of one response true. */
class Keeper {
  readonly run: BackgroundRun;
  readonly #deps: BackgroundRunsDeps;
  readonly #records: RunRecords;
  readonly #about: { input: string; previousId: string | undefined };
  readonly #starts: number[] = [];
  #storedFrames = 0;
  #isDeleted = false;
  #resolveStored: () => void = () => undefined;
  /** Resolves when it is stored how it ended. */
  readonly stored: Promise<void>;

  constructor(
    run: BackgroundRun,
    deps: BackgroundRunsDeps,
    records: RunRecords,
    about: { input: string; previousId: string | undefined },
  ) {
    this.run = run;
    this.#deps = deps;
    this.#records = records;
    this.#about = about;
    this.stored = new Promise((resolve) => {
      this.#resolveStored = resolve;
    });
  }

  async begin(): Promise<boolean> {
    await this.#putRecord();
    return this.#putResponse();
  }

  /** Tells others how far it is, and looks whether anybody wants it to end. */
  async beat(isBeat: boolean): Promise<void> {
    if (this.run.isOver) return;
    const hasNews = await this.#putEvents();
    if (isBeat || hasNews) await this.#putRecord();
    const wish = await this.#records.findWish(this.run.name);
    if (wish !== undefined) await this.end(wish);
  }

  async end(wish: RunWish): Promise<void> {
    if (wish === 'delete') this.#isDeleted = true;
    this.run.leave({ status: 'cancelled' });
    await this.stored;
  }

  async finish(): Promise<void> {
    try {
      if (this.#isDeleted) await this.#putRecord();
      else await this.#putEnd();
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'a background response could not be stored');
    } finally {
      this.#resolveStored();
    }
  }

  /** First the answer, then that it is there: who reads the second looks for the first. */
  async #putEnd(): Promise<void> {
    await this.#putEvents();
    for (let tries = 1; !(await this.#putResponse()); tries += 1) {
      if (tries === PUT_TRIES) throw new Error('the response store did not take it');
      await new Promise((resolve) => setTimeout(resolve, PUT_PAUSE_MS * tries));
    }
    await this.#putRecord();
  }

  async #putEvents(): Promise<boolean> {
    const { frames, numbers } = this.run.events;
    const first = this.#storedFrames;
    if (frames.length === first) return false;
    const group = this.#starts.length;
    this.#storedFrames = frames.length;
    this.#starts.push(numbers[first] ?? 0);
    const added = frames
      .slice(first)
      .map((frame, at) => [numbers[first + at] ?? 0, frame] as const);
    await this.#records.putEvents(this.run.name, group, added);
    return true;
  }

  async #putRecord(): Promise<void> {
    await this.#records.put(this.run.name, {
      aliveUntil: this.#deps.clock.now() + ALIVE_MS,
      isOver: this.run.isOver,
      isStream: this.run.isStream,
      starts: this.#starts,
    });
  }

  #putResponse(): Promise<boolean> {
    const { name, response, startedAt } = this.run;
    const { input, previousId } = this.#about;
    return this.#deps.responseStore.put({
      ...name,
      createdAt: startedAt,
      channelId: 0,
      isKeptUpstream: false,
      ...(previousId !== undefined && { previousId }),
      input,
      response: JSON.stringify(response),
    });
  }
}
