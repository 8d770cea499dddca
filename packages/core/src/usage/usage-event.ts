import type { Usage } from './usage.ts';

/** How a request ended. `expired` and `recovered` events are made by the master's sweep, never by a relay. */
export type EndState = 'complete' | 'client-aborted' | 'upstream-failed' | 'expired' | 'recovered';

/** The prices that a charge was made with, kept with the event so that a bill can be recomputed. */
export interface AppliedPrice {
  /** Where the price came from, see `PriceSource`. */
  source: string;
  /** One API's figures, for the log text: model × group × completion. */
  modelRatio: number;
  completionRatio: number;
  groupRatio: number;
  /** The rates of prompts that are longer than so many tokens; left out for the usual ones. */
  longPromptAbove?: number;
  /** Version of the configuration snapshot that the price was read from. */
  version: number;
}

/**
 * One immutable record of one finished request: what travels to the ledger, and the only thing that is charged.
 * The request id is unique and makes the charge happen once, however often the event is delivered.
 */
export interface UsageEvent {
  /** Version of this shape. Fields are added as optional; a node that meets a newer version waits with it. */
  v: 1;
  requestId: string;
  /** Unix milliseconds, when the request finished. */
  at: number;
  userId: number;
  username: string;
  apiTokenId: number;
  apiTokenName: string;
  /** Unlimited tokens are counted, but have no balance to lower. */
  unlimitedToken: boolean;
  /** An unlimited token with a budget for a day or a month: what is open of it is counted. */
  budgetedToken?: boolean;
  channelId: number;
  /** As the client asked. */
  model: string;
  /** As it was sent upstream, after the channel's model mapping. */
  upstreamModel: string;
  /** The name that price, log row and roll-up go by (option `BillBy`). */
  billedModel: string;
  operation: string;
  usage: Usage;
  /** Quota units to charge, integer ≥ 0. */
  quota: number;
  /** Quota units that the budget could not pay any more and that are not charged (hard budget). */
  writtenOff: number;
  /** With the hard budget, applying this event may not take a balance below zero. */
  hardBudget: boolean;
  price: AppliedPrice;
  isStream: boolean;
  /** Milliseconds from arrival to the first byte sent to the client; 0: unknown. */
  firstByteMs: number;
  durationMs: number;
  nodeId: string;
  endState: EndState;
  /** Attempts that were made, the one that served included. */
  attempts: number;
  systemPromptReset: boolean;
  /** The client's own `x-request-id`. */
  clientRequestId?: string;
}
