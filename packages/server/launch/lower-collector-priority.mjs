import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';

const tasks = '/proc/self/task/';
/** Threads that Node 20 starts for V8, before any other: one that looks at the time, and four that work. */
const THREADS_OF_V8 = 5;
/** What Node 22 and newer call those that work; older versions call all threads after the program. */
const WORKER_NAME = 'V8Worker';

/**
 * Gives the threads that collect garbage beside this one a low priority, where this process has one core (on Linux).
 *
 * Four of them share that core with the thread that serves requests, which then has a fifth of it until they have looked
 * at the whole heap: chunks of streams came 20 to 100 ms late, every few seconds. With low priority they take what is
 * left over. Where there are more cores they find another one, and are left alone: what waits for them in the short
 * collections would wait longer on a machine that is busy with other things.
 *
 * To be called before anything else starts a thread.
 */
export function lowerCollectorPriority() {
  if (process.platform !== 'linux' || availableParallelism() > 1 || hasOwnPool()) return;
  try {
    for (const thread of collectorThreads())
      setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A system that hides its threads or forbids this: collections are as they were.
  }
}

/** Who sets the number of threads has thought about them. */
function hasOwnPool() {
  const { NODE_OPTIONS = '' } = process.env;
  return [...process.execArgv, NODE_OPTIONS].some((text) => text.includes('v8-pool-size'));
}

function collectorThreads() {
  const others = readdirSync(tasks)
    .map(Number)
    .filter((thread) => thread !== process.pid)
    .sort((a, b) => a - b);
  const named = others.filter((thread) => nameOf(thread).startsWith(WORKER_NAME));
  return named.length > 0 ? named : others.slice(0, THREADS_OF_V8);
}

function nameOf(thread) {
  return readFileSync(`${tasks}${thread}/comm`, 'utf8');
}
