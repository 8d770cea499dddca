import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What comes and goes. */
export interface Visitor {
  readonly name: string;
  readonly ballast: readonly number[];
}

/** Of each visitor: enough to be seen among what else a process allocates. */
const BALLAST = 1000;
const VISITORS = 4000;
const AT_ONCE = 32;
const BETWEEN_COLLECTIONS = 200;

/**
 * Lets thousands of visitors come and go, of which few are there at once, in a container that has grown old before, and
 * tells how many of those that left have outlived the quick collections of garbage. A `Set` or a `Map` keeps nearly all.
 *
 * @param container where a visitor is put, and taken away again
 * @returns their share, as far as old memory grew
 */
export function measureSurvivors(container: {
  add(visitor: Visitor): void;
  remove(visitor: Visitor): void;
}): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
  const makeVisitor = (index: number): Visitor => ({
    name: `visitor-${index}`,
    ballast: new Array<number>(BALLAST).fill(index),
  });

  const present: Visitor[] = [];
  const replaceOldest = (index: number): void => {
    const visitor = makeVisitor(index);
    container.add(visitor);
    present.push(visitor);
    if (present.length > AT_ONCE) container.remove(present.shift() as Visitor);
  };
  for (let index = 0; index < AT_ONCE; index += 1) replaceOldest(index);
  collect();
  for (let times = 0; times < 3; times += 1) collect({ type: 'minor' });

  const before = readOldBytes();
  for (let index = 1; index <= VISITORS; index += 1) {
    replaceOldest(AT_ONCE + index);
    if (index % BETWEEN_COLLECTIONS === 0) collect({ type: 'minor' });
  }
  return (readOldBytes() - before) / (VISITORS * BALLAST * 8);
}

function readOldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name === 'old_space' || space_name === 'large_object_space')
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}
