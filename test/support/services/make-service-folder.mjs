import { statfsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { givePermission } from './run-program.mjs';

/** Linux keeps files of this folder in memory. */
const MEMORY = '/dev/shm';
const TMPFS = 0x01021994;
/** Several times what the servers of all workers of a run need together, and less than a small container has. */
const PLENTY_BYTES = 3 * 1024 ** 3;
const ABANDONED_MS = 3_600_000;
const PREFIX = 'turnpike-service-';

/**
 * A folder for a server that is thrown away, which the account that it runs as may use. Where there is plenty of memory it
 * lies there: a database that makes tables waits for its disk most of the time. It outlives the server as on a disk.
 *
 * @returns {Promise<string>} the caller's to remove
 */
export async function makeServiceFolder() {
  const isInMemory = hasPlentyOfMemory();
  if (isInMemory) await removeAbandoned();
  const name = `${PREFIX}${process.pid}-`;
  const folder = await mkdtemp(join(isInMemory ? MEMORY : tmpdir(), name));
  await givePermission(folder);
  return folder;
}

function hasPlentyOfMemory() {
  if (process.platform !== 'linux') return false;
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && Math.min(bavail * bsize, freemem()) > PLENTY_BYTES;
  } catch {
    return false; // there is no such folder
  }
}

/** A run that was killed removes nothing, and memory is dear. What is young may belong to a process that we cannot see. */
async function removeAbandoned() {
  for (const name of await readdir(MEMORY)) {
    const [, pid] = name.startsWith(PREFIX) ? (/-(\d+)-/.exec(name) ?? []) : [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const folder = join(MEMORY, name);
    const age = await stat(folder).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > ABANDONED_MS) await rm(folder, { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
