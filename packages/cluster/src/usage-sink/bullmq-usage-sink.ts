import { randomUUID } from 'node:crypto';
import {
  errors,
  USAGE_BATCH_VERSION,
  type Clock,
  type Logger,
  type UsageBatch,
  type UsageEvent,
  type UsageSink,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { openUsageJobs, type UsageJobs } from '../usage-queue/usage-jobs.ts';
import { GroupCommit } from './group-commit.ts';
import type { AdoptedBatch, Journal, StoredBatch } from './journal/journal.ts';
import { createMemoryJournal } from './journal/memory-journal.ts';
import { RedisReach } from './redis-reach.ts';
import { Resender } from './resender.ts';
import { UnacknowledgedBatches, type OpenBatch } from './unacknowledged-batches.ts';
import { withDeadline } from '../redis/with-deadline.ts';

/** The ledger as the sink needs it. */
export interface SettlingLedger {
  /**
   * The actual amounts are known. Repeat-safe. What could not be settled is settled with the next sending of its batch;
   * a rejection brings that forward.
   */
  settle(events: readonly UsageEvent[]): Promise<void>;
  /** Requests in flight. */
  readonly heldCount: number;
}

export interface BullmqUsageSinkSettings {
  /** `REDIS_COMMAND_TIMEOUT`: an answer waits no longer than this for Redis. */
  deadlineMs: number;
  /** `RESEND_AFTER`: a batch that is not acknowledged is sent again after this. */
  resendAfterMs: number;
  /** `JOURNAL_MAX_MB` in bytes: what may wait for acknowledgement. */
  journalMaxBytes: number;
}

export interface BullmqUsageSinkDeps {
  /** A producer's connection: it fails fast. Stays open. */
  redis: RedisClient;
  keys: Keys;
  nodeId: string;
  ledger: SettlingLedger;
  journal: Journal;
  /** While it answers false, Redis is another cluster's: usage stays in the journal. Default: it never is. */
  isOurs?: () => boolean;
  settings: BullmqUsageSinkSettings;
  clock: Clock;
  logger: Logger;
}

/** A request in flight is expected to need at most this many bytes of journal; an event is some 700. */
const BYTES_PER_REQUEST = 4096;
/** How long `close` tries to hand over what is only in memory. Milliseconds. */
const LAST_TRY_MS = 15_000;
const ADOPT_EVERY_MS = 5000;
const TRUST_AGAIN_AFTER_MS = 5000;

/**
 * The usage sink of a cluster: journal first, then one job of the queue, and the settling of its events in the same turn.
 * What Redis did not take in time is made safe on this machine's disk and sent later under the same id.
 */
export class BullmqUsageSink implements UsageSink {
  readonly #deps: BullmqUsageSinkDeps;
  readonly #jobs: UsageJobs;
  readonly #group: GroupCommit<UsageEvent>;
  readonly #batches = new UnacknowledgedBatches();
  readonly #reach: RedisReach;
  readonly #resender: Resender;
  /** For batches that the journal refused and Redis took. */
  readonly #memory = createMemoryJournal();
  readonly #onReady = (): void => this.#resender.kick();
  #adoptTimer: NodeJS.Timeout | undefined;
  /** Unix milliseconds: after a failure nobody relies on the journal for a while. */
  #journalBrokenUntil = 0;
  #isClosed = false;

  constructor(deps: BullmqUsageSinkDeps) {
    const { redis, ledger, settings, clock, logger } = deps;
    this.#deps = deps;
    this.#jobs = openUsageJobs(deps);
    this.#reach = new RedisReach(redis, deps.isOurs ?? (() => true));
    this.#resender = new Resender({
      batches: this.#batches,
      jobs: this.#jobs,
      ledger,
      reach: this.#reach,
      resendAfterMs: settings.resendAfterMs,
      deadlineMs: settings.deadlineMs,
      clock,
      logger,
    });
    this.#group = new GroupCommit({
      commit: (events) => this.#commit(events),
      expected: () => ledger.heldCount,
    });
    redis.on('ready', this.#onReady);
    this.#adoptTimer = setInterval(() => void this.adopt(), ADOPT_EVERY_MS).unref();
  }

  publish(events: readonly UsageEvent[]): Promise<void> {
    if (this.#isClosed) return Promise.reject(errors.notReady());
    return this.#group.add(events);
  }

  /** Every batch that the database has not acknowledged, read as the caller goes on: what a new life of Redis must know. */
  unacknowledged(): Iterable<UsageBatch> {
    return this.#batches;
  }

  /** Events of these batches, and their quota units. */
  get unacknowledgedSum(): { count: number; amount: number } {
    return this.#batches.sum;
  }

  /** Whose lists of acknowledgements are to be read: this node's, and those of the dead whose batches it adopted. */
  get awaitedNodeIds(): readonly string[] {
    return this.#batches.nodeIds;
  }

  /** The database has these batches. Ids that are not known are fine. Never throws. */
  acknowledge(ids: readonly string[]): void {
    const dropped: StoredBatch[] = [];
    for (const id of ids) {
      const batch = this.#batches.remove(id);
      if (batch !== undefined) dropped.push(batch.stored);
    }
    this.#deps.journal.drop(dropped);
    this.#memory.drop(dropped);
  }

  /** Redis lives anew: everything is sent again, soon and bit by bit. */
  resendAll(): void {
    this.#batches.makeAllDue(this.#deps.clock.now());
    this.#resender.kick();
  }

  /** Looks for journals that nobody owns, now. Also done by itself every few seconds. Never rejects. */
  async adopt(): Promise<void> {
    await this.#deps.journal.adopt((adopted) => this.#takeAdopted(adopted));
    this.#resender.kick();
  }

  /**
   * Whether what is in flight and one more request can still be made safe. A refusal is answered with 503: nothing is
   * served that could not be billed.
   */
  hasRoom(inFlight = this.#deps.ledger.heldCount): boolean {
    const { settings } = this.#deps;
    if (this.#isJournalBroken && !this.#reach.isThere) return false;
    return this.journalBytes + (inFlight + 1) * BYTES_PER_REQUEST <= settings.journalMaxBytes;
  }

  /** Bytes that wait for acknowledgement. */
  get journalBytes(): number {
    return this.#deps.journal.bytes + this.#memory.bytes;
  }

  /** Batches that wait for acknowledgement. */
  get unacknowledgedCount(): number {
    return this.#batches.size;
  }

  /** Batches that were sent again, since the start. */
  get resentCount(): number {
    return this.#resender.resentCount;
  }

  /** Unix milliseconds of the oldest event that waits for acknowledgement; 0: none waits. */
  get oldestUnacknowledgedAt(): number {
    return this.#batches.oldestAt;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#group.drained();
    await this.#handOver();
    clearInterval(this.#adoptTimer);
    this.#deps.redis.off('ready', this.#onReady);
    await this.#resender.close();
    await this.#deps.journal.close();
    await this.#jobs.close();
  }

  /**
   * @throws `not_ready` when neither the journal nor Redis took the events. Where both failed after the journal had taken
   *   them, they may be settled, and are then charged by the sweep: they were served.
   */
  async #commit(events: readonly UsageEvent[]): Promise<void> {
    const { nodeId, settings, logger } = this.#deps;
    const id = randomUUID();
    const json = JSON.stringify({
      v: USAGE_BATCH_VERSION,
      id,
      nodeId,
      events,
    } satisfies UsageBatch);
    const { stored, isJournaled } = this.#store(id, json);
    const batch = this.#remember(stored, nodeId, events);
    if (this.#reach.isThere) {
      const added = this.#jobs.add(id, json, batch.at);
      // In the same turn of the loop, so that it is on the wire before the last byte of any of these answers.
      if (isJournaled) this.#settle(batch, events);
      // Seen even where it comes after the deadline.
      void added.then(
        () => this.#taken(batch),
        () => undefined,
      );
      try {
        await withDeadline(added, settings.deadlineMs);
        if (!isJournaled) this.#settle(batch, events);
        return;
      } catch (error) {
        this.#reach.failed();
        logger.warn({ err: error, batchId: id }, 'redis did not take a usage batch in time');
      }
    }
    await this.#makeSafeHere(batch, isJournaled);
  }

  /** @throws `not_ready` when this machine's disk does not take it */
  async #makeSafeHere(batch: OpenBatch, isJournaled: boolean): Promise<void> {
    const { journal, logger, clock } = this.#deps;
    try {
      if (!isJournaled) throw new Error('neither the journal nor Redis took the events');
      await journal.sync();
    } catch (error) {
      this.#journalFailed();
      this.acknowledge([batch.id]); // nobody waits for it: its answers end with an error
      logger.error({ err: error, events: batch.eventCount }, 'usage could not be made safe');
      throw errors.notReady({}, { cause: error });
    }
    batch.isSafe = true;
    if (batch.sendings === 0) batch.dueAt = clock.now();
  }

  get #isJournalBroken(): boolean {
    return this.#deps.clock.now() < this.#journalBrokenUntil;
  }

  #journalFailed(): void {
    this.#journalBrokenUntil = this.#deps.clock.now() + TRUST_AGAIN_AFTER_MS;
  }

  #store(id: string, json: string): { stored: StoredBatch; isJournaled: boolean } {
    try {
      const stored = this.#deps.journal.append(id, json);
      return { stored, isJournaled: true };
    } catch (error) {
      if (!this.#isJournalBroken) {
        this.#deps.logger.error({ err: error }, 'the journal can not be written');
      }
      this.#journalFailed();
      return { stored: this.#memory.append(id, json), isJournaled: false };
    }
  }

  #remember(stored: StoredBatch, nodeId: string, events: readonly UsageEvent[]): OpenBatch {
    const batch: OpenBatch = {
      id: stored.id,
      nodeId,
      eventCount: events.length,
      quota: events.reduce((sum, { quota }) => sum + quota, 0),
      at: events[0]?.at ?? this.#deps.clock.now(),
      stored,
      dueAt: Infinity,
      sendings: 0,
      isSafe: false,
      isSettled: false,
    };
    this.#batches.add(batch);
    return batch;
  }

  #settle(batch: OpenBatch, events: readonly UsageEvent[]): void {
    batch.isSettled = true;
    this.#deps.ledger.settle(events).catch(() => {
      batch.dueAt = this.#deps.clock.now();
    });
  }

  #taken(batch: OpenBatch): void {
    this.#reach.answered();
    batch.isSafe = true;
    batch.sendings += 1;
    batch.dueAt = this.#resender.nextAt(batch.sendings);
  }

  #takeAdopted({ stored, batch }: AdoptedBatch): void {
    // Adopted in two goes: the first copy is not needed any more.
    const before = this.#batches.remove(batch.id);
    if (before !== undefined) this.#deps.journal.drop([before.stored]);
    const adopted = this.#remember(stored, batch.nodeId, batch.events);
    adopted.isSafe = true;
    adopted.dueAt = this.#deps.clock.now();
  }

  /** Before the process ends: what is not on a disk must reach Redis; the disk may go too, so what Redis can take, it gets. */
  async #handOver(): Promise<void> {
    const isMemoryOnly = (): boolean =>
      (!this.#deps.journal.isDurable || this.#memory.bytes > 0) && this.#batches.isAnyUnsent;
    const isWorthTrying = (): boolean =>
      isMemoryOnly() || (this.#reach.isConnected && this.#batches.isAnyUnsent);
    const until = performance.now() + LAST_TRY_MS;
    while (isWorthTrying() && performance.now() < until) {
      this.#resender.kick();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (!isMemoryOnly()) return;
    const { logger } = this.#deps;
    logger.error({ batches: this.#batches.size }, 'usage that no journal has is lost');
  }
}
