import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Logger } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { startTypescript } from '../../testing/start-typescript.ts';
import { FileJournal } from './file-journal.ts';
import type { StoredBatch } from './journal.ts';

/** Longer than any test: only what is made to look old is taken for dead. */
const LEASE_MS = 60_000;
let root: string;
let warnings: { message: string; fields: object }[];
let open: FileJournal[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turnpike-journal-'));
  warnings = [];
  open = [];
});
afterEach(async () => {
  for (const journal of open) await journal.close();
  rmSync(root, { recursive: true, force: true });
});

const logger: Logger = {
  ...silentLogger,
  warn: (fields, message) => void warnings.push({ fields, message }),
};

function openJournal(nodeId: string, segmentBytes = 1024 * 1024): FileJournal {
  const journal = new FileJournal({
    root,
    nodeId,
    leaseMs: LEASE_MS,
    segmentBytes,
    clock: systemClock,
    logger,
  });
  open.push(journal);
  return journal;
}

/** Appends a batch of one event. */
function append(journal: FileJournal, id: string, nodeId = 'a'): StoredBatch {
  return journal.append(id, JSON.stringify({ v: 1, id, nodeId, events: [makeUsageEvent()] }));
}

/** Makes a directory look as if its owner had been dead for long. */
function abandon(nodeId: string): void {
  const then = new Date(Date.now() - 2 * LEASE_MS);
  utimesSync(join(root, nodeId, 'lease'), then, then);
}

async function adopt(journal: FileJournal): Promise<string[]> {
  const ids: string[] = [];
  await journal.adopt(({ batch }) => void ids.push(batch.id));
  return ids;
}

const filesOf = (nodeId: string): string[] =>
  readdirSync(join(root, nodeId)).filter((name) => name.endsWith('.journal'));

describe('FileJournal', () => {
  it('gives a batch back as it was written', async () => {
    const journal = openJournal('a');
    const first = append(journal, '1');
    append(journal, '2');
    await journal.sync();
    expect(JSON.parse(first.read())).toMatchObject({ id: '1', nodeId: 'a' });
  });

  it('begins a new file when one is full, and deletes each whose batches are all acknowledged', () => {
    const journal = openJournal('a', 2000);
    const batches = Array.from({ length: 20 }, (_, index) => append(journal, String(index)));
    const full = filesOf('a').length;
    expect(full).toBeGreaterThan(4);
    const bytes = journal.bytes;
    journal.drop(batches.slice(0, 10));
    expect(filesOf('a').length).toBeLessThan(full);
    expect(journal.bytes).toBeLessThan(bytes);
    journal.drop(batches);
    expect(filesOf('a').length).toBe(1);
  });

  it('leaves nothing behind when all is acknowledged and it is closed', async () => {
    const journal = openJournal('a');
    journal.drop([append(journal, '1')]);
    await journal.close();
    expect(readdirSync(root)).toEqual([]);
  });

  it('says why a batch could not be appended, and keeps nothing of it', () => {
    const journal = openJournal('a', 100);
    const kept = append(journal, '1');
    rmSync(join(root, 'a'), { recursive: true });
    expect(() => append(journal, '2')).toThrow(/ENOENT/);
    expect(JSON.parse(kept.read())).toMatchObject({ id: '1' });
  });

  it('says at the start that a directory can not be used', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(
      () =>
        new FileJournal({
          root: file,
          nodeId: 'a',
          leaseMs: 1,
          segmentBytes: 1,
          clock: systemClock,
          logger,
        }),
    ).toThrow(/EEXIST|ENOTDIR/);
  });
});

describe('adoption', () => {
  it('takes over what the dead left, without what was acknowledged', async () => {
    const dead = openJournal('a', 2000);
    const batches = ['1', '2', '3', '4', '5', '6'].map((id) => append(dead, id));
    dead.drop([batches[1]!, batches[4]!]);
    abandon('a');
    expect(await adopt(openJournal('b'))).toEqual(['1', '3', '4', '6']);
    expect(readdirSync(root)).toEqual(['b']);
  });

  it('lets those alone who live', async () => {
    append(openJournal('a'), '1');
    expect(await adopt(openJournal('b'))).toEqual([]);
  });

  it('keeps its own by touching its lease several times in its length', async () => {
    open.push(
      new FileJournal({
        ...{ root, nodeId: 'quick', leaseMs: 100, segmentBytes: 1000, clock: systemClock, logger },
      }),
    );
    abandon('quick');
    await waitUntil(() => Date.now() - statSync(join(root, 'quick', 'lease')).mtimeMs < 1000);
  });

  it('takes over at once what was closed with something open', async () => {
    const journal = openJournal('a');
    append(journal, '1');
    await journal.close();
    expect(await adopt(openJournal('b'))).toEqual(['1']);
  });

  it('gives each batch to one adopter, however many look at once', async () => {
    for (const nodeId of ['a', 'b', 'c', 'd', 'e']) {
      const dead = openJournal(nodeId);
      for (const number of [1, 2, 3]) append(dead, `${nodeId}${String(number)}`, nodeId);
      abandon(nodeId);
    }
    const adopters = ['x', 'y', 'z'].map((nodeId) => openJournal(nodeId));
    const adopted = (await Promise.all(adopters.map(adopt))).flat();
    expect(adopted).toHaveLength(15);
    expect(new Set(adopted).size).toBe(15);
  });

  it('takes over from an adopter that died in the middle of it', async () => {
    append(openJournal('a'), '1');
    abandon('a');
    const middle = openJournal('b');
    append(middle, '2', 'b');
    await adopt(middle);
    abandon('b');
    expect((await adopt(openJournal('c'))).sort()).toEqual(['1', '2']);
  });

  it('reads up to a torn record, says so, and goes on with the next file', async () => {
    const dead = openJournal('a', 600);
    append(dead, '1');
    append(dead, '2');
    const [first = ''] = filesOf('a');
    appendFileSync(join(root, 'a', first), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 5]));
    abandon('a');
    expect(await adopt(openJournal('b'))).toEqual(['1', '2']);
    expect(warnings).toContainEqual({
      message: 'the end of a journal file is torn',
      fields: expect.objectContaining({ droppedBytes: 9 }),
    });
  });

  it('leaves folders alone that are no journals', async () => {
    const journal = openJournal('b');
    rmSync(join(root, 'b', 'x'), { force: true });
    writeFileSync(join(root, 'a-file'), '');
    expect(await adopt(journal)).toEqual([]);
    expect(readdirSync(root)).toContain('a-file');
  });

  it('is survived by an owner that was only asleep: it writes again what is open', async () => {
    const sleeper = openJournal('a');
    const batch = append(sleeper, '1');
    abandon('a');
    const adopter = openJournal('b');
    expect(await adopt(adopter)).toEqual(['1']);

    sleeper.renewLease();
    append(sleeper, '2');
    expect(JSON.parse(batch.read())).toMatchObject({ id: '1' });
    abandon('a');
    expect(await adopt(adopter)).toEqual(['1', '2']);
  });

  it('finds all that a process said it appended, when it is killed in the middle of appending', async () => {
    for (const round of [1, 2, 3]) {
      const said = await appendUntilKilled(1000 * round);
      const adopter = openJournal('adopter');
      const stored: StoredBatch[] = [];
      abandon('killed');
      await adopter.adopt((batch) => void stored.push(batch.stored));
      const adopted = stored.map(({ id }) => id);
      expect(new Set(adopted).size).toBe(adopted.length);
      // One more than it said: killed between the two.
      expect(adopted.length - said.length).toBeLessThanOrEqual(1);
      expect(said.filter((id) => !adopted.includes(id))).toEqual([]);
      adopter.drop(stored);
      await adopter.close();
    }
  }, 30_000);
});

/** @returns ids that the process said before it was killed */
async function appendUntilKilled(least: number): Promise<string[]> {
  const notes = join(root, `notes-${String(least)}`);
  const child = startTypescript('append-to-journal.ts', [root, 'killed', '100000', notes]);
  try {
    const said = (): string[] => readFileSync(notes, 'utf8').split('\n').slice(0, -1);
    await waitUntil(() => existsSync(notes) && said().length > least, { timeoutMs: 20_000 });
    await child.kill();
    return said();
  } finally {
    await child.kill();
  }
}
