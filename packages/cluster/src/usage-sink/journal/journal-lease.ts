import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * Who owns a directory of journal files. Process ids say nothing here: they repeat, in containers at every start, and a
 * volume may be seen from several containers. So the owner touches a file every second or so, and a directory whose file
 * is older than the lease belongs to nobody. It is claimed by renaming it into the claimer's own directory: a rename
 * succeeds for one claimer only, and from then on the claimer's lease covers it. An owner that was merely asleep finds
 * its directory gone at its next touch, makes a new one and writes there again what is still open: its batches are then
 * sent twice, and charged once.
 */

const LEASE_FILE = 'lease';
/** Begins the name of a directory that is being made: nobody's business until it has its lease. */
const UNFINISHED = '.';
const CLAIMED = 'adopted-';
const SEGMENT = /^\d{8}\.journal$/;

export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.journal`;
}

/** Makes a directory that is leased from the first moment on. @throws what the file system says */
export function makeLeasedDirectory(root: string, nodeId: string): string {
  const unfinished = join(root, `${UNFINISHED}${nodeId}`);
  const directory = join(root, nodeId);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writeFileSync(join(unfinished, LEASE_FILE), '');
  renameSync(unfinished, directory);
  return directory;
}

/** @returns false when the directory is no longer ours @throws what else the file system says */
export function touchLease(directory: string, now: Date): boolean {
  try {
    utimesSync(join(directory, LEASE_FILE), now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** From now on anyone may claim the directory. */
export function giveUpLease(directory: string): void {
  rmSync(join(directory, LEASE_FILE), { force: true });
}

/** Directories in `root` that nobody owns. Entries that are no journal are left alone. */
export async function findLeaseless(
  root: string,
  { leaseMs, now, own }: { leaseMs: number; now: number; own: string },
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith(UNFINISHED)) continue;
    const directory = join(root, entry.name);
    if (directory === own) continue;
    const leasedAt = await leaseTimeOf(directory);
    if (leasedAt !== undefined && now - leasedAt > leaseMs) found.push(directory);
  }
  return found;
}

/** Unix milliseconds of the last touch; 0 without a lease; undefined where no journal is. */
async function leaseTimeOf(directory: string): Promise<number | undefined> {
  try {
    return (await stat(join(directory, LEASE_FILE))).mtimeMs;
  } catch {
    const names = await readdir(directory).catch(() => []); // gone, or not ours to look into
    return names.some((name) => SEGMENT.test(name) || name.startsWith(CLAIMED)) ? 0 : undefined;
  }
}

/** Makes a leaseless directory part of `own`. @returns false when somebody else was first */
export async function claim(directory: string, own: string, suffix: string): Promise<boolean> {
  try {
    await rename(directory, join(own, `${CLAIMED}${suffix}`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Directories inside `own` that were claimed and not yet emptied. */
export async function findClaimed(own: string): Promise<string[]> {
  const names = await readdir(own);
  return names.filter((name) => name.startsWith(CLAIMED)).map((name) => join(own, name));
}

/** Journal files of a claimed directory, oldest first, with those that its owner had claimed itself. */
export async function findSegments(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).sort();
  const own = names.filter((name) => SEGMENT.test(name)).map((name) => join(directory, name));
  const claimed = names.filter((name) => name.startsWith(CLAIMED));
  const theirs = await Promise.all(claimed.map((name) => findSegments(join(directory, name))));
  return [...theirs.flat(), ...own];
}
