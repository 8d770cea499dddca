import type { StreamTap } from '@turnpike/adaptors';
import { estimateQuota, type Exact, type Ledger } from '@turnpike/core';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import { OUTPUT_STEP, type Admission } from './admit.ts';

/** Bytes of generated text that count as one token while the true count is not known: rather too many than too few. */
const BYTES_PER_TOKEN = 3;
/** More is reserved when no more than this is left of what is reserved. */
const LOW_WATER = OUTPUT_STEP / 2;

/**
 * Keeps a stream within a hard budget: reserves its output step by step as it is generated, and says when nothing is
 * left to reserve.
 */
export class BudgetGuard {
  readonly #ledger: Ledger;
  readonly #requestId: string;
  readonly #quotaOf: (tokens: number) => number;
  #reservedTokens: number;
  #reservedQuota: number;
  #isExtending = false;
  #isSpent = false;

  /** @param inputTokens at most: longer prompts may make the output dearer too */
  constructor(
    ledger: Ledger,
    admission: Admission,
    price: RoutePrice,
    groupRatio: Exact,
    inputTokens: number,
  ) {
    this.#ledger = ledger;
    this.#requestId = admission.reservation.requestId;
    this.#reservedTokens = admission.reservedOutput;
    this.#reservedQuota = admission.reservation.amount;
    const estimate = (outputTokens: number): number =>
      estimateQuota({ inputTokens, outputTokens }, price.price, groupRatio, 'hard');
    this.#quotaOf = (tokens) => estimate(tokens) - estimate(0);
  }

  /** All that was set aside for this request: no more than this may be charged. */
  get reservedQuota(): number {
    return this.#reservedQuota;
  }

  /** Called after each piece of the stream. */
  canGoOn(tap: StreamTap): boolean {
    const generated = Math.ceil((tap.facts.generatedBytes ?? 0) / BYTES_PER_TOKEN);
    const left = this.#reservedTokens - generated;
    if (left < LOW_WATER && !this.#isSpent && !this.#isExtending) void this.#extend();
    return left > 0 || this.#isExtending || !this.#isSpent;
  }

  async #extend(): Promise<void> {
    this.#isExtending = true;
    const asked = this.#quotaOf(OUTPUT_STEP);
    const { granted } = await this.#ledger.extend(this.#requestId, asked);
    this.#reservedQuota += granted;
    this.#reservedTokens += asked === 0 ? OUTPUT_STEP : Math.floor((OUTPUT_STEP * granted) / asked);
    this.#isSpent = granted < asked;
    this.#isExtending = false;
  }
}
