interface Entry<Value> {
  value: Value;
  weight: number;
  /** Unix milliseconds. */
  until: number;
  /** Since it was last passed over. */
  isUsed: boolean;
}

/**
 * Values by name in the memory of one process, each for a limited time, and no more than weigh so much together. When they
 * are too many, those that nobody used for longest go, as far as can be told for nothing: reading changes no order,
 * because each request reads.
 */
export class SecondChanceCache<Value> {
  readonly #maxWeight: number;
  readonly #dropped: ((name: string, value: Value) => void) | undefined;
  readonly #entries = new Map<string, Entry<Value>>();
  #weight = 0;

  /** @param dropped told of each value that is not here any more, whatever the reason */
  constructor(maxWeight: number, dropped?: (name: string, value: Value) => void) {
    this.#maxWeight = maxWeight;
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param now Unix milliseconds */
  get(name: string, now: number): Value | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    if (entry.until <= now) {
      this.delete(name);
      return undefined;
    }
    entry.isUsed = true;
    return entry.value;
  }

  /**
   * Takes the place of what had the name. What weighs more than all may is not kept.
   *
   * @param until Unix milliseconds
   */
  set(name: string, value: Value, { until, weight = 1 }: { until: number; weight?: number }): void {
    this.delete(name);
    if (weight > this.#maxWeight) return;
    this.#makeRoomFor(weight);
    this.#entries.set(name, { value, weight, until, isUsed: false });
    this.#weight += weight;
  }

  delete(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#weight -= entry.weight;
    this.#dropped?.(name, entry.value);
  }

  clear(): void {
    for (const name of [...this.#entries.keys()]) this.delete(name);
  }

  /** Second chance: a map keeps the order of insertion, and what was used meanwhile is passed over once. */
  #makeRoomFor(weight: number): void {
    for (const [name, entry] of this.#entries) {
      if (this.#weight + weight <= this.#maxWeight) return;
      if (!entry.isUsed) {
        this.delete(name);
        continue;
      }
      entry.isUsed = false;
      this.#entries.delete(name);
      this.#entries.set(name, entry); // this loop comes to it again
    }
  }
}
