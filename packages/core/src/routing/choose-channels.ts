import { weightOf, type Tier } from './route-index.ts';
import type { ChannelSnapshot } from '../config/config-snapshot.ts';

/** The order in which channels are tried, drawn one by one as they are needed. */
export interface ChannelDraw {
  /**
   * The next channel to try. Inside a tier by weighted draw, the next tier when one is used up, and from the top again
   * when all were tried. Undefined when every channel is excluded.
   */
  next(): ChannelSnapshot | undefined;
  /** Every channel that is not excluded was drawn: the next one is a repetition. */
  readonly isExhausted: boolean;
}

const nobody: ReadonlySet<number> = new Set();

/**
 * Draws channels for one request.
 *
 * @param tiers by descending priority, see `RouteIndex.tiersFor`
 * @param random uniform in [0, 1), called once for each draw among several channels
 * @param excluded channel ids that are never drawn; may grow while drawing goes on
 */
export function chooseChannels(
  tiers: readonly Tier[],
  random: () => number,
  excluded: ReadonlySet<number> = nobody,
): ChannelDraw {
  return new WeightedDraw(tiers, random, excluded);
}

/** One for each request: a class, and no set or copy, because nearly every request needs one draw only. */
class WeightedDraw implements ChannelDraw {
  readonly #tiers: readonly Tier[];
  readonly #random: () => number;
  readonly #excluded: ReadonlySet<number>;
  readonly #tried: number[] = [];

  constructor(tiers: readonly Tier[], random: () => number, excluded: ReadonlySet<number>) {
    this.#tiers = tiers;
    this.#random = random;
    this.#excluded = excluded;
  }

  get isExhausted(): boolean {
    return this.#tiers.every((tier) => tier.channels.every((channel) => !this.#isOpen(channel)));
  }

  next(): ChannelSnapshot | undefined {
    const drawn = this.#drawFromTiers();
    if (drawn !== undefined || this.#tried.length === 0) return drawn;
    this.#tried.length = 0;
    return this.#drawFromTiers();
  }

  #drawFromTiers(): ChannelSnapshot | undefined {
    for (const tier of this.#tiers) {
      const drawn = this.#drawFrom(tier);
      if (drawn === undefined) continue;
      this.#tried.push(drawn.id);
      return drawn;
    }
    return undefined;
  }

  #drawFrom({ channels, totalWeight }: Tier): ChannelSnapshot | undefined {
    const [first] = channels;
    if (channels.length === 1)
      return first !== undefined && this.#isOpen(first) ? first : undefined;
    const isWhole = this.#tried.length === 0 && this.#excluded.size === 0;
    const weight = isWhole ? totalWeight : this.#openWeight(channels);
    if (weight === 0) return undefined;
    let point = this.#random() * weight;
    let last: ChannelSnapshot | undefined;
    for (const channel of channels) {
      if (!isWhole && !this.#isOpen(channel)) continue;
      last = channel;
      point -= weightOf(channel);
      if (point < 0) break;
    }
    return last; // also where the last weights are lost to rounding
  }

  #openWeight(channels: readonly ChannelSnapshot[]): number {
    let weight = 0;
    for (const channel of channels) if (this.#isOpen(channel)) weight += weightOf(channel);
    return weight;
  }

  #isOpen(channel: ChannelSnapshot): boolean {
    return !this.#tried.includes(channel.id) && !this.#excluded.has(channel.id);
  }
}
