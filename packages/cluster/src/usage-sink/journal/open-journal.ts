import type { Clock, Logger } from '@turnpike/core';
import { FileJournal } from './file-journal.ts';
import type { Journal } from './journal.ts';
import { createMemoryJournal } from './memory-journal.ts';

export interface JournalSettings {
  /** `JOURNAL_DIR`; undefined: off. */
  directory?: string;
  /** `JOURNAL_MAX_MB` in bytes. */
  maxBytes: number;
  /** A process that is silent for this long has lost its journal. */
  leaseMs: number;
}

/** One batch that stays open keeps a whole file, so files are small against the budget; but not so small that there are many. */
const LARGEST_SEGMENT = 8 * 1024 * 1024;
const SEGMENTS_IN_BUDGET = 32;

/** @throws when the directory can not be made or written */
export function openJournal(deps: {
  settings: JournalSettings;
  nodeId: string;
  clock: Clock;
  logger: Logger;
}): Journal {
  const { settings, nodeId, clock, logger } = deps;
  if (settings.directory === undefined) return createMemoryJournal();
  const segmentBytes = Math.min(LARGEST_SEGMENT, settings.maxBytes / SEGMENTS_IN_BUDGET);
  const { directory: root, leaseMs } = settings;
  return new FileJournal({ root, nodeId, leaseMs, segmentBytes, clock, logger });
}
