import { readFile } from 'node:fs/promises';
import type { Logger, UsageBatch } from '@turnpike/core';
import { z } from 'zod';
import { parseBatch } from '../../usage-queue/usage-batch-schema.ts';
import { findSegments } from './journal-lease.ts';
import { readRecords } from './journal-record.ts';

/** What a journal file holds beside batches: ids that the database has. */
export function acknowledgementRecord(ids: readonly string[]): string {
  return JSON.stringify({ acknowledged: ids });
}

const acknowledgement = z.object({ acknowledged: z.array(z.string()) });
const ACKNOWLEDGEMENT_START = '{"acknowledged":';

/**
 * The unacknowledged batches of an abandoned directory, in the order they were written. Records behind a torn one are
 * reported and left out: they were never whole.
 *
 * @throws when a file can not be read
 */
export async function* readAbandoned(
  directory: string,
  logger: Logger,
): AsyncGenerator<{ batch: UsageBatch; json: string }> {
  const paths = await findSegments(directory);
  const acknowledged = new Set<string>();
  for (const path of paths) {
    for (const payload of await readSegment(path, logger)) {
      if (!payload.startsWith(ACKNOWLEDGEMENT_START)) continue;
      for (const id of acknowledgement.parse(JSON.parse(payload)).acknowledged) {
        acknowledged.add(id);
      }
    }
  }
  for (const path of paths) {
    for (const json of await readSegment(path)) {
      if (json.startsWith(ACKNOWLEDGEMENT_START)) continue;
      const batch = parseBatch(json);
      if (batch === undefined) logger.error({ path }, 'a journal record is no usage batch');
      else if (!acknowledged.has(batch.id)) yield { batch, json };
    }
  }
}

/** With a logger, what is torn is reported. */
async function readSegment(path: string, logger?: Logger): Promise<string[]> {
  const file = await readFile(path);
  const { payloads, validBytes } = readRecords(file);
  if (validBytes < file.length) {
    logger?.warn(
      { path, droppedBytes: file.length - validBytes },
      'the end of a journal file is torn',
    );
  }
  return payloads;
}
