/** Ranks and places are put into one number, so that the queue is a plain list of numbers. */
const PLACES = 2 ** 31;

/** Pairs of neighbours by rank, those of the same rank from left to right. A binary heap. */
export class PairQueue {
  readonly #heap: number[] = [];
  /** Rank of the pair that `take` returned last. */
  takenRank = -1;

  add(rank: number, place: number): void {
    const heap = this.#heap;
    const key = rank * PLACES + place;
    let at = heap.length;
    heap.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] as number) <= key) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = key;
  }

  /** The place of the first pair; undefined when none is left. */
  take(): number | undefined {
    const heap = this.#heap;
    const key = heap[0];
    const last = heap.pop();
    if (key === undefined || last === undefined) return undefined;
    if (heap.length > 0) this.#sink(last);
    this.takenRank = Math.floor(key / PLACES);
    return key % PLACES;
  }

  #sink(key: number): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number))
        child += 1;
      if ((heap[child] as number) >= key) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = key;
  }
}
