import type { Clock, ResponseStore } from '@turnpike/core';

/** How far a response is that some node makes. */
export interface RunRecord {
  /** Unix milliseconds: until then the node has said that it is at it. */
  aliveUntil: number;
  isOver: boolean;
  /** Its events are stored. */
  isStream: boolean;
  /** Number of the first event of each stored group. */
  starts: readonly number[];
}

/** An event as clients get it, and its number. */
export type NumberedFrame = readonly [number: number, frame: string];

/** What somebody wants of a response that another node makes. */
export type RunWish = 'cancel' | 'delete';

/** Whose response it is. */
export interface RunName {
  userId: number;
  id: string;
}

/**
 * What nodes tell each other about responses in the making, beside the responses in the same store: it may forget these
 * at any moment too, and then the response counts as given up.
 */
export class RunRecords {
  readonly #store: ResponseStore;
  readonly #clock: Clock;

  constructor(store: ResponseStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async put(name: RunName, record: RunRecord): Promise<void> {
    await this.#put(name, 'run', record);
  }

  find(name: RunName): Promise<RunRecord | undefined> {
    return this.#find<RunRecord>(name, 'run');
  }

  async putEvents(name: RunName, group: number, events: readonly NumberedFrame[]): Promise<void> {
    await this.#put(name, `events/${String(group)}`, events);
  }

  async findEvents(name: RunName, group: number): Promise<readonly NumberedFrame[]> {
    return (await this.#find<readonly NumberedFrame[]>(name, `events/${String(group)}`)) ?? [];
  }

  async putWish(name: RunName, wish: RunWish): Promise<void> {
    await this.#put(name, 'wish', { wish });
  }

  async findWish(name: RunName): Promise<RunWish | undefined> {
    return (await this.#find<{ wish: RunWish }>(name, 'wish'))?.wish;
  }

  /** All of them; the response itself stays. */
  async remove(name: RunName): Promise<void> {
    const groups = (await this.find(name))?.starts.length ?? 0;
    const parts = ['run', 'wish', ...Array.from({ length: groups }, (_, at) => `events/${at}`)];
    await Promise.all(parts.map((part) => this.#store.remove(name.userId, nameOf(name, part))));
  }

  async #put(name: RunName, part: string, value: unknown): Promise<void> {
    await this.#store.put({
      id: nameOf(name, part),
      userId: name.userId,
      createdAt: this.#clock.now(),
      channelId: 0,
      isKeptUpstream: false,
      input: '[]',
      response: JSON.stringify(value),
    });
  }

  async #find<Value>(name: RunName, part: string): Promise<Value | undefined> {
    const found = await this.#store.find(name.userId, nameOf(name, part));
    return found === undefined ? undefined : (JSON.parse(found.response) as Value);
  }
}

function nameOf({ id }: RunName, part: string): string {
  return `${id}/${part}`;
}
