/** How often values fell into each bucket: one addition for each value, with the labels fixed. */
export class Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly #bounds: readonly number[];
  /** One more than there are bounds: the last is for what is beyond them. */
  readonly counts: number[];
  sum = 0;

  constructor(labels: Readonly<Record<string, string>>, bounds: readonly number[]) {
    this.labels = labels;
    this.#bounds = bounds;
    this.counts = Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    (this.counts[at] as number) += 1;
    this.sum += value;
  }

  reset(): void {
    this.counts.fill(0);
    this.sum = 0;
  }
}

interface Sample {
  labels: Readonly<Record<string, string | number>>;
  value: number;
  metricName: string;
}

/** A histogram as a registry of prom-client asks for it. */
export interface DistributionMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly labelNames: readonly string[];
  get(): Promise<object>;
  reset(): void;
  /** @param labels a value for each label; ask once for each set of them */
  child(labels?: Readonly<Record<string, string>>): Distribution;
}

/**
 * A histogram whose values cost an addition. Prom-client's own checks and hashes the labels with every value, and each
 * request has four of them.
 *
 * @param bounds upper bounds of the buckets, ascending
 * @param labelNames what each child has a value for
 */
export function createDistribution(
  name: string,
  help: string,
  bounds: readonly number[],
  labelNames: readonly string[] = [],
): DistributionMetric {
  const children: Distribution[] = [];
  const about = { name, help, type: 'histogram', aggregator: 'sum' } as const;
  return {
    ...about,
    labelNames,
    get: () =>
      Promise.resolve({
        ...about,
        values: children.flatMap((child) => samplesOf(name, bounds, child)),
      }),
    reset() {
      for (const child of children) child.reset();
    },
    child(labels = {}) {
      const child = new Distribution(labels, bounds);
      children.push(child);
      return child;
    },
  };
}

function samplesOf(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum }: Distribution,
): Sample[] {
  const samples: Sample[] = [];
  let total = 0;
  for (const [at, count] of counts.entries()) {
    total += count;
    const le = bounds[at] ?? '+Inf';
    samples.push({ labels: { le, ...labels }, value: total, metricName: `${name}_bucket` });
  }
  samples.push({ labels, value: sum, metricName: `${name}_sum` });
  samples.push({ labels, value: total, metricName: `${name}_count` });
  return samples;
}
