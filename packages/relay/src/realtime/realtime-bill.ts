import { completionTokensOf, emptyUsage, errors, priceUsage, type Usage } from '@turnpike/core';
import { createRequestId } from '../request-id.ts';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import { admit, type Admission } from '../pipeline/admit.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import type { ChannelPlan } from '../pipeline/plan.ts';
import { logFieldsOf, publishUsage } from '../pipeline/publish.ts';

export interface RealtimeBillParts {
  deps: RelayDeps;
  caller: Caller;
  plan: ChannelPlan;
  channel: RelayChannel;
  routePrice: RoutePrice;
  inbound: InboundRequest;
}

/** Bytes of generated events for one token, where a response never said what it used. */
const BYTES_PER_TOKEN = 40;

/** The running bill of a session: each response is a charge of its own, and something is always set aside for the next. */
export class RealtimeBill {
  readonly #parts: RealtimeBillParts;
  #admission: Admission;
  #startedAt: number;
  #deltaBytes = 0;
  #isOver = false;
  /** One charge after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(parts: RealtimeBillParts, first: Admission) {
    this.#parts = parts;
    this.#admission = first;
    this.#startedAt = parts.deps.clock.now();
  }

  noteDelta(bytes: number): void {
    this.#deltaBytes += bytes;
  }

  /** Charges a response and sets something aside for the next. Resolves to false when there is no budget for one. */
  charge(usage: Usage | undefined): Promise<boolean> {
    const used = usage ?? this.#estimate();
    this.#deltaBytes = 0;
    const charged = this.#work.then(() => this.#charge(used));
    this.#work = charged.then(
      () => undefined,
      () => undefined,
    );
    return charged;
  }

  /** The session is over: what was generated without a report is charged, and what was set aside is given back. */
  async end(): Promise<void> {
    await this.#work;
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#deltaBytes > 0) await this.#publish(this.#estimate(), 'client-aborted');
    else await this.#parts.deps.ledger.release(this.#admission.reservation.requestId);
  }

  async #charge(usage: Usage): Promise<boolean> {
    if (this.#isOver) return false;
    await this.#publish(usage, 'complete');
    try {
      await this.#reserve();
      return true;
    } catch {
      // Whatever refuses: without something set aside nothing more is generated.
      this.#isOver = true;
      return false;
    }
  }

  async #reserve(): Promise<void> {
    const { deps, caller, plan, inbound } = this.#parts;
    const admission = await admit(deps.ledger, createRequestId(), caller, plan, inbound);
    if (admission === 'stale-record') throw errors.accountDisabled();
    this.#admission = admission;
    this.#startedAt = deps.clock.now();
  }

  async #publish(usage: Usage, endState: 'complete' | 'client-aborted'): Promise<void> {
    const { deps, caller, plan, channel, routePrice, inbound } = this.#parts;
    const admission = this.#admission;
    const group = plan.snapshot.prices.groupRatio(plan.group);
    const cost = priceUsage(usage, routePrice.price, group.exact, inbound.priceFacts);
    const limit = admission.isHard ? admission.reservation.amount : Infinity;
    const quota = Math.min(cost, limit);
    const groupRatio = group.number;
    const event = await publishUsage(deps, {
      requestId: admission.reservation.requestId,
      clientRequestId: undefined,
      caller,
      plan,
      channel,
      admission,
      charge: { routePrice, groupRatio, usage, quota, writtenOff: cost - quota },
      operation: inbound.operation,
      isStream: true,
      startedAt: this.#startedAt,
      firstByteAt: 0,
      finishedAt: deps.clock.now(),
      endState,
      attempts: 1,
      systemPromptReset: false,
    });
    deps.metrics.usagePublished(event);
    deps.logger.info(
      { ...logFieldsOf(event, 200), completionTokens: completionTokensOf(usage) },
      'realtime response finished',
    );
  }

  #estimate(): Usage {
    const text = Math.ceil(this.#deltaBytes / BYTES_PER_TOKEN);
    return { ...emptyUsage, output: { text, reasoning: 0 }, source: 'estimated' };
  }
}
