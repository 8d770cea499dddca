interface Node<Value> {
  readonly requestId: string;
  /** Undefined once it was removed. */
  value: Value | undefined;
  next: Node<Value> | undefined;
}

const FIRST_CHAINS = 256;
/** Characters at the end of a request id that differ between requests of one moment. */
const HASHED = 6;

/**
 * Values of requests in flight by request id: a `Map` for entries that come and go by the thousand.
 *
 * A `Map` makes itself a new table every few dozen entries, and its old tables point to the next. Once a single one has
 * grown old, everything that was in one of them since then outlives the quick collections of garbage. Here nothing that
 * was removed points to anything, however old it is.
 */
export class EntryTable<Value> {
  #chains: (Node<Value> | undefined)[] = makeChains<Value>(FIRST_CHAINS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(requestId: string): Value | undefined {
    return this.#find(requestId)?.value;
  }

  set(requestId: string, value: Value): void {
    const known = this.#find(requestId);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    if (this.#size === this.#chains.length) this.#grow();
    this.#link({ requestId, value, next: undefined });
    this.#size += 1;
  }

  /** What was removed; undefined where nothing was there. */
  delete(requestId: string): Value | undefined {
    const at = hash(requestId) & (this.#chains.length - 1);
    let before: Node<Value> | undefined;
    let node = this.#chains[at];
    while (node !== undefined && node.requestId !== requestId) {
      before = node;
      node = node.next;
    }
    if (node === undefined) return undefined;
    if (before === undefined) this.#chains[at] = node.next;
    else before.next = node.next;
    this.#size -= 1;
    const { value } = node;
    node.next = undefined;
    node.value = undefined;
    return value;
  }

  /** As of now, in no order. */
  values(): Value[] {
    const values: Value[] = [];
    for (let node of this.#chains)
      for (; node !== undefined; node = node.next) values.push(node.value as Value);
    return values;
  }

  #find(requestId: string): Node<Value> | undefined {
    let node = this.#chains[hash(requestId) & (this.#chains.length - 1)];
    while (node !== undefined && node.requestId !== requestId) node = node.next;
    return node;
  }

  #link(node: Node<Value>): void {
    const at = hash(node.requestId) & (this.#chains.length - 1);
    node.next = this.#chains[at];
    this.#chains[at] = node;
  }

  #grow(): void {
    const chains = this.#chains;
    this.#chains = makeChains<Value>(chains.length * 2);
    for (let node of chains) {
      while (node !== undefined) {
        const { next }: Node<Value> = node;
        this.#link(node);
        node = next;
      }
    }
  }
}

/** @param length a power of two */
function makeChains<Value>(length: number): (Node<Value> | undefined)[] {
  return Array<Node<Value> | undefined>(length).fill(undefined);
}

/** The end of a request id is random (`createRequestId`). */
function hash(requestId: string): number {
  let hash = 0;
  for (let at = Math.max(0, requestId.length - HASHED); at < requestId.length; at += 1)
    hash = (hash * 31 + requestId.charCodeAt(at)) | 0;
  return hash;
}
