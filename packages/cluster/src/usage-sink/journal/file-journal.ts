import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock, Logger } from '@turnpike/core';
import type { AdoptedBatch, Journal, StoredBatch } from './journal.ts';
import {
  claim,
  findClaimed,
  findLeaseless,
  giveUpLease,
  makeLeasedDirectory,
  segmentName,
  touchLease,
} from './journal-lease.ts';
import type { RecordPosition } from './journal-record.ts';
import { JournalSegment } from './journal-segment.ts';
import { acknowledgementRecord, readAbandoned } from './read-abandoned.ts';

export interface FileJournalDeps {
  /** Where all processes of this machine have their journals. Made where missing. */
  root: string;
  nodeId: string;
  /** A process that did not renew its lease for this long is taken for dead. */
  leaseMs: number;
  /** A file is closed when it is larger than this. Bytes. */
  segmentBytes: number;
  clock: Clock;
  logger: Logger;
}

/** Below this a file whose batches are all acknowledged is not worth emptying. Bytes. */
const WORTH_CLEARING = 64 * 1024;
/** In the time of one lease. */
const RENEWALS = 5;

/**
 * A journal in files, in a directory of this process.
 *
 * @throws when the directory can not be made: the text says where and why
 */
export class FileJournal implements Journal {
  readonly isDurable = true;
  readonly #deps: FileJournalDeps;
  readonly #batches = new Set<FileBatch>();
  #directory: string;
  #segments: JournalSegment[] = [];
  #nextSegment = 1;
  #isDirectoryDirty = true;
  /** Of the monotonic clock, milliseconds. */
  #renewedAt = performance.now();
  readonly #leaseTimer: NodeJS.Timeout;
  #adopting: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: FileJournalDeps) {
    this.#deps = deps;
    mkdirSync(deps.root, { recursive: true, mode: 0o700 });
    this.#directory = makeLeasedDirectory(deps.root, deps.nodeId);
    this.#leaseTimer = setInterval(() => this.renewLease(), deps.leaseMs / RENEWALS).unref();
  }

  get bytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.size;
    return bytes;
  }

  append(id: string, json: string): StoredBatch {
    // A process that was stopped for long may have lost its directory without knowing.
    if (performance.now() - this.#renewedAt > this.#deps.leaseMs / 2) this.renewLease();
    const segment = this.#writable();
    const batch = new FileBatch(id, segment, segment.append(json));
    segment.live += 1;
    this.#batches.add(batch);
    return batch;
  }

  async sync(): Promise<void> {
    await Promise.all(this.#segments.map((segment) => segment.sync()));
    if (!this.#isDirectoryDirty) return;
    this.#isDirectoryDirty = false;
    await syncDirectory(this.#directory);
  }

  drop(batches: readonly StoredBatch[]): void {
    const dropped: string[] = [];
    for (const batch of batches) {
      if (!(batch instanceof FileBatch) || !this.#batches.delete(batch)) continue;
      batch.segment.live -= 1;
      dropped.push(batch.id);
    }
    if (dropped.length === 0) return;
    try {
      this.#removeEmpty();
      // Not needed to be right, only to send less after a kill.
      if (this.#batches.size > 0) this.#writable().append(acknowledgementRecord(dropped));
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'journal: acknowledged batches could not be removed');
    }
  }

  /** Done by itself several times in a lease, whatever else the process does. Never throws. */
  renewLease(): void {
    if (this.#isClosed) return;
    try {
      const isOurs = touchLease(this.#directory, new Date(this.#deps.clock.now()));
      this.#renewedAt = performance.now();
      if (!isOurs) this.#moveOut();
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'journal: the lease could not be renewed');
    }
  }

  adopt(take: (adopted: AdoptedBatch) => void): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return (this.#adopting ??= this.#adopt(take).finally(() => {
      this.#adopting = undefined;
    }));
  }

  async #adopt(take: (adopted: AdoptedBatch) => void): Promise<void> {
    try {
      await this.#takeOverClaimed(take); // what an earlier call could not finish
      if (await this.#claimLeaseless()) await this.#takeOverClaimed(take);
    } catch (error) {
      this.#deps.logger.error({ err: error }, 'journal: adoption failed, it is tried again');
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#leaseTimer);
    // What is claimed while it goes on is somebody's usage.
    await this.#adopting;
    if (this.#batches.size > 0)
      await this.sync().catch((error: unknown) => this.#reportSync(error));
    const claimed = await findClaimed(this.#directory).catch(() => []);
    for (const segment of this.#segments) segment.close();
    if (this.#batches.size > 0 || claimed.length > 0) giveUpLease(this.#directory);
    else await rm(this.#directory, { recursive: true, force: true });
  }

  #reportSync(error: unknown): void {
    this.#deps.logger.error({ err: error }, 'journal: the disk refused what was written');
  }

  /** Resolves to whether there was any. */
  async #claimLeaseless(): Promise<boolean> {
    const { root, leaseMs, clock, logger } = this.#deps;
    const own = this.#directory;
    let isAny = false;
    for (const directory of await findLeaseless(root, { leaseMs, now: clock.now(), own })) {
      if (!(await claim(directory, own, basename(directory)))) continue;
      logger.info({ journal: basename(directory) }, 'adopted a journal that nobody owned');
      isAny = true;
    }
    return isAny;
  }

  async #takeOverClaimed(take: (adopted: AdoptedBatch) => void): Promise<void> {
    for (const directory of await findClaimed(this.#directory)) {
      await this.#takeOver(directory, take);
    }
  }

  async #takeOver(directory: string, take: (adopted: AdoptedBatch) => void): Promise<void> {
    for await (const { batch, json } of readAbandoned(directory, this.#deps.logger)) {
      take({ stored: this.append(batch.id, json), batch });
    }
    await this.sync();
    await rm(directory, { recursive: true, force: true });
  }

  /** The segment to append to. @throws when none can be made */
  #writable(): JournalSegment {
    const last = this.#segments.at(-1);
    if (last?.isClosed === true) throw new Error('the journal is closed');
    if (last !== undefined && !last.isBroken && last.size < this.#deps.segmentBytes) return last;
    const segment = new JournalSegment(join(this.#directory, segmentName(this.#nextSegment)));
    this.#nextSegment += 1;
    this.#segments.push(segment);
    this.#isDirectoryDirty = true;
    return segment;
  }

  #removeEmpty(): void {
    const last = this.#segments.at(-1);
    const kept = this.#segments.filter((segment) => segment.live > 0 || segment === last);
    const removed = this.#segments.filter((segment) => segment.live === 0 && segment !== last);
    this.#segments = kept;
    for (const segment of removed) segment.remove();
    if (last?.live === 0 && last.size > WORTH_CLEARING) last.clear();
  }

  /** Somebody took this process for dead and has its files. What is still open is written again, into a new directory. */
  #moveOut(): void {
    const { root, nodeId, logger } = this.#deps;
    logger.warn({ batches: this.#batches.size }, 'journal: this process was taken for dead');
    const old = this.#segments;
    this.#directory = makeLeasedDirectory(root, nodeId);
    this.#segments = [];
    for (const batch of this.#batches) {
      const json = batch.read();
      const segment = this.#writable();
      batch.moveTo(segment, segment.append(json));
      segment.live += 1;
    }
    for (const segment of old) segment.close();
  }
}

/** A batch in a file. */
class FileBatch implements StoredBatch {
  readonly id: string;
  segment: JournalSegment;
  #position: RecordPosition;

  constructor(id: string, segment: JournalSegment, position: RecordPosition) {
    this.id = id;
    this.segment = segment;
    this.#position = position;
  }

  read(): string {
    return this.segment.read(this.#position);
  }

  moveTo(segment: JournalSegment, position: RecordPosition): void {
    this.segment = segment;
    this.#position = position;
  }
}

/** A new file is found after a loss of power only when its directory was synced too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
