import { errors, type Reservation, type ReserveResult } from '@turnpike/core';
import type { LuaScript } from '../redis/lua-script.ts';
import type { ScriptSender } from '../redis/script-sender.ts';
import type { BucketCalls } from './bucket-calls.ts';
import type { FailureLog } from './failure-log.ts';
import type { LedgerBucket } from './ledger-bucket.ts';
import type { LedgerMetrics } from './ledger-metrics.ts';
import { PendingReserve } from './pending-reserve.ts';
import { pushReserveValues, readReserveReply, replyLengthOf } from './reserve-call.ts';

export interface ReserveTurnsDeps {
  sender: ScriptSender;
  calls: BucketCalls;
  script: LuaScript;
  nodeId: string;
  holdLifeMs: number;
  /** Redis holds this many quota units for the request. Called before the caller learns it. */
  onHeld(reservation: Reservation, amount: number): void;
  onMissing(accounts: { userIds: readonly number[]; apiTokenIds: readonly number[] }): void;
  /** Redis lost the bucket's data after it had answered. */
  onLost(bucket: LedgerBucket): void;
  failures: FailureLog;
  metrics: LedgerMetrics;
}

const RETRY_AFTER_MS = 1000;

/** Gathers the reservations of one turn of the event loop: one call for each bucket, one write for all of them. */
export class ReserveTurns {
  readonly #deps: ReserveTurnsDeps;
  readonly #life: string;
  #buckets: LedgerBucket[] = [];
  #waiting = 0;

  constructor(deps: ReserveTurnsDeps) {
    this.#deps = deps;
    this.#life = String(deps.holdLifeMs);
  }

  /** Reservations without an answer yet. */
  get waitingCount(): number {
    return this.#waiting;
  }

  /** @throws `not_ready` when Redis does not answer */
  add(bucket: LedgerBucket, reservation: Reservation): Promise<ReserveResult> {
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      if (bucket.reserving.length === 0 && this.#buckets.push(bucket) === 1)
        setImmediate(this.#send);
      bucket.reserving.push(new PendingReserve(reservation, resolve, reject));
    });
  }

  readonly #send = (): void => {
    const buckets = this.#buckets;
    this.#buckets = [];
    this.#deps.sender.together(() => {
      for (const bucket of buckets) void this.#reserveIn(bucket);
    });
  };

  async #reserveIn(bucket: LedgerBucket): Promise<void> {
    const { calls, script, nodeId, onLost } = this.#deps;
    const pending = bucket.reserving;
    bucket.reserving = [];
    const values = ['', this.#life];
    for (const { reservation } of pending) pushReserveValues(values, reservation, nodeId);
    let reply: readonly unknown[];
    try {
      reply = await calls.run(script, bucket, values);
    } catch (error) {
      this.#fail(pending, error);
      return;
    }
    this.#answer(pending, reply);
    if (bucket.epoch !== values[0]) onLost(bucket);
  }

  /** Whether it runs later is not known. Nobody keeps such an entry, so that it expires. */
  #fail(pending: readonly PendingReserve[], cause: unknown): void {
    this.#waiting -= pending.length;
    this.#deps.failures.add('reserve', cause);
    for (const { reject } of pending)
      reject(errors.notReady({ retryAfterMs: RETRY_AFTER_MS }, { cause }));
  }

  #answer(pending: readonly PendingReserve[], reply: readonly unknown[]): void {
    const { onHeld, onMissing, metrics } = this.#deps;
    const userIds: number[] = [];
    const apiTokenIds: number[] = [];
    const now = performance.now();
    this.#waiting -= pending.length;
    let at = 1;
    for (const { reservation, startedAt, resolve } of pending) {
      const answer = readReserveReply(reply, at, reservation);
      at += replyLengthOf(reservation);
      const { result, held } = answer;
      if (held !== undefined && result.allowed) onHeld(result.reservation, held);
      if (answer.isUserMissing) userIds.push(reservation.userId);
      if (answer.isApiTokenMissing) apiTokenIds.push(reservation.apiTokenId);
      metrics.reserved((now - startedAt) / 1000, result.allowed ? undefined : result.reason);
      resolve(result);
    }
    if (userIds.length + apiTokenIds.length > 0) onMissing({ userIds, apiTokenIds });
  }
}
