import {
  affordableTokens,
  errors,
  estimateQuota,
  type Exact,
  type Ledger,
  type RateLimitFigures,
  type ReserveRefusal,
  type ReserveResult,
  type Reservation,
  type TokenRecord,
  type UsageEstimate,
} from '@turnpike/core';
import { sizeThrough } from '../policy/size-rules.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import type { Caller } from './authenticate.ts';
import type { InboundRequest } from './inbound-request.ts';
import type { ChannelPlan } from './plan.ts';

/** Fewer output tokens than this are not worth an answer. */
const MIN_OUTPUT_TOKENS = 16;
/** Streams under a hard budget reserve their output in steps of this many tokens. */
export const OUTPUT_STEP = 1024;
/** Under a hard budget an answer without a declared limit is not reserved beyond this many tokens. */
const MAX_UNDECLARED_OUTPUT = 16_384;
/** Between two reads of a balance other requests may take from it. */
const RESERVE_TRIES = 3;

/** Quota set aside for one request. */
export interface Admission {
  isHard: boolean;
  reservation: Reservation;
  groupRatio: Exact;
  /** What the upstream may generate at most, because the budget pays no more; undefined: as the client asked. */
  outputClamp: number | undefined;
  /** Output tokens that the reservation pays for. */
  reservedOutput: number;
  /** What limits per minute leave after this request; undefined without any. */
  rateLimits: RateLimitFigures | undefined;
}

/** Known at once where the ledger is in this process and no step of it waits. */
export type Admitting = Admission | 'stale-record' | Promise<Admission | 'stale-record'>;

/**
 * Reserves what the request may cost: the maximum over the prices of its candidates.
 *
 * @returns `'stale-record'` when the caller's record has changed since it was read
 * @throws `insufficient_token_quota`, `insufficient_user_quota`, `budget_exhausted`, `account_disabled`, `not_ready`
 */
export function admit(
  ledger: Ledger,
  requestId: string,
  caller: Caller,
  plan: ChannelPlan,
  inbound: InboundRequest,
): Admitting {
  const isHard = plan.snapshot.options.HardBudgetEnabled;
  const groupRatio = plan.snapshot.prices.groupRatio(plan.group).exact;
  const { token } = caller;
  return isHard
    ? reserveHard(ledger, requestId, token, plan, inbound, groupRatio)
    : reserveSoft(ledger, requestId, token, plan, inbound, groupRatio);
}

function toReservation(
  requestId: string,
  token: TokenRecord,
  inbound: InboundRequest,
  amount: number,
  estimate: UsageEstimate,
  isHard: boolean,
): Reservation {
  const reservation: Reservation = {
    requestId,
    userId: token.userId,
    apiTokenId: token.apiTokenId,
    unlimitedToken: token.unlimitedQuota,
    amount,
    tokens: estimate.inputTokens + estimate.outputTokens,
    userRecordVersion: token.userRecordVersion,
    apiTokenRecordVersion: token.apiTokenRecordVersion,
    model: inbound.facts.model,
    hardBudget: isHard,
  };
  if (token.userLimits !== undefined) reservation.userLimits = token.userLimits;
  if (token.apiTokenLimits !== undefined) reservation.apiTokenLimits = token.apiTokenLimits;
  return reservation;
}

function reserveSoft(
  ledger: Ledger,
  requestId: string,
  token: TokenRecord,
  plan: ChannelPlan,
  inbound: InboundRequest,
  groupRatio: Exact,
): Admitting {
  const estimate = sizeThrough(plan.sizeRules, inbound.facts).estimate.soft;
  const amount = dearest(plan.prices, estimate, groupRatio, 'soft', inbound);
  const reserved = ledger.reserve(
    toReservation(requestId, token, inbound, amount, estimate, false),
  );
  return reserved instanceof Promise
    ? reserved.then((result) => toSoftAdmission(result, amount, estimate, groupRatio))
    : toSoftAdmission(reserved, amount, estimate, groupRatio);
}

function toSoftAdmission(
  result: ReserveResult,
  amount: number,
  estimate: UsageEstimate,
  groupRatio: Exact,
): Admission | 'stale-record' {
  if (!result.allowed) {
    if (result.reason === 'stale-record') return result.reason;
    throw toError(result, amount);
  }
  return {
    isHard: false,
    reservation: result.reservation,
    groupRatio,
    outputClamp: undefined,
    reservedOutput: estimate.outputTokens,
    rateLimits: result.rateLimits,
  };
}

/**
 * Input at its upper bound; output as far as declared, step by step for streams, and clamped to what the budget pays.
 */
async function reserveHard(
  ledger: Ledger,
  requestId: string,
  token: TokenRecord,
  plan: ChannelPlan,
  inbound: InboundRequest,
  groupRatio: Exact,
): Promise<Admission | 'stale-record'> {
  const sized = sizeThrough(plan.sizeRules, inbound.facts);
  const bound = sized.estimate.hard;
  const declared = inbound.facts.hasTextOutput ? sized.declaredOutput : 0;
  const choices = Math.max(1, inbound.facts.choices);
  const wanted = declared ?? MAX_UNDECLARED_OUTPUT;
  let perChoice = inbound.facts.isStream ? Math.min(OUTPUT_STEP, wanted) : wanted;
  for (let tries = 0; ; tries += 1) {
    const estimate = { ...bound, outputTokens: perChoice * choices };
    const amount = dearest(plan.prices, estimate, groupRatio, 'hard', inbound);
    const result = await ledger.reserve(
      toReservation(requestId, token, inbound, amount, estimate, true),
    );
    if (result.allowed) {
      const more = inbound.facts.isStream
        ? affordable(plan.prices, result.available + amount, bound, groupRatio, inbound)
        : perChoice * choices;
      const clamp = Math.floor(Math.min(more, Number.MAX_SAFE_INTEGER) / choices);
      const isClamped =
        inbound.facts.hasTextOutput &&
        (declared === undefined
          ? !inbound.facts.isStream || clamp < MAX_UNDECLARED_OUTPUT
          : clamp < declared);
      return {
        isHard: true,
        reservation: result.reservation,
        groupRatio,
        outputClamp: isClamped ? clamp : undefined,
        reservedOutput: estimate.outputTokens,
        rateLimits: result.rateLimits,
      };
    }
    if (result.reason === 'stale-record') return result.reason;
    const left = 'available' in result ? result.available : 0;
    const payable = inbound.facts.hasTextOutput
      ? Math.floor(affordable(plan.prices, left, bound, groupRatio, inbound) / choices)
      : 0;
    if (payable < MIN_OUTPUT_TOKENS || payable >= perChoice || tries + 1 >= RESERVE_TRIES)
      throw toError(result, amount);
    perChoice = payable;
  }
}

function dearest(
  prices: readonly RoutePrice[],
  estimate: UsageEstimate,
  groupRatio: Exact,
  mode: 'soft' | 'hard',
  inbound: InboundRequest,
): number {
  let most = 0;
  for (const { price } of prices)
    most = Math.max(most, estimateQuota(estimate, price, groupRatio, mode, inbound.priceFacts));
  return most;
}

function affordable(
  prices: readonly RoutePrice[],
  budget: number,
  bound: UsageEstimate,
  groupRatio: Exact,
  inbound: InboundRequest,
): number {
  let least = Number.MAX_SAFE_INTEGER;
  for (const { price } of prices)
    least = Math.min(
      least,
      affordableTokens(budget, bound, price, groupRatio, 'hard', inbound.priceFacts),
    );
  return least;
}

function toError(
  refusal: Exclude<ReserveRefusal, { reason: 'stale-record' }>,
  needed: number,
): Error {
  switch (refusal.reason) {
    case 'user-quota':
      return errors.userQuotaExhausted({ needed, available: refusal.available });
    case 'token-quota':
      return errors.tokenQuotaExhausted({ needed, available: refusal.available });
    case 'budget':
      return errors.budgetExhausted({ ...refusal, needed });
    case 'user-disabled':
      return errors.accountDisabled();
    case 'token-disabled':
      return errors.keyDisabled();
    case 'limited':
      return refusal.kind === 'concurrency'
        ? errors.concurrencyLimitExceeded({ ...refusal })
        : errors.rateLimitExceeded({ ...refusal });
    case 'not-loaded':
    case 'no-room':
      return errors.notReady({ retryAfterMs: 1000 });
  }
}
