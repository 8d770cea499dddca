import { Counter, type CounterConfiguration } from 'prom-client';

/** One count that grows, with its labels fixed. */
export class Tally {
  readonly labels: Readonly<Record<string, string>>;
  value = 0;
  /** What the counter was told. */
  told = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  inc(by = 1): void {
    this.value += by;
  }
}

/** A counter whose counts cost an addition: prom-client looks labels up at each one, and a request has some ten of them. */
export interface TallyCounter {
  /** @param labels a value for each of the counter's labels; ask once for each set of them */
  child(labels: Readonly<Record<string, string>>): Tally;
}

/** Registers a counter that learns of its counts when somebody reads the metrics. */
export function createTallyCounter(options: CounterConfiguration<string>): TallyCounter {
  const children: Tally[] = [];
  new Counter({
    ...options,
    collect() {
      for (const child of children) {
        this.inc(child.labels, child.value - child.told);
        child.told = child.value;
      }
    },
  });
  return {
    child(labels) {
      const child = new Tally(labels);
      children.push(child);
      return child;
    },
  };
}
