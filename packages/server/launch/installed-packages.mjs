import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * How much of the lock file is wanted: `run` is what building and running the gateway needs, `all` also has the
 * clients and tools of the tests, which are three times as much.
 *
 * @typedef {'run' | 'all'} Scope
 */

/**
 * Whether everything of a scope is in `node_modules` as the lock file has it, whoever put it there.
 *
 * @param {string} root the checkout
 * @param {Scope} scope
 */
export function isInstalled(root, scope) {
  const installed = readInstalled(root);
  if (installed === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const paths = scope === 'all' ? Object.keys(wanted) : listNeededToRun(wanted);
  return paths.every((path) => {
    const { version, optional, peer, link } = wanted[path];
    const isRequired = path.includes('node_modules/') && !optional && !peer;
    return !isRequired || (link ? path in installed : installed[path]?.version === version);
  });
}

/** Whether the tests can run here, or could before the lock file changed: then nothing is taken from them. */
export function hasTestTools(root) {
  return 'node_modules/@turnpike/test' in (readInstalled(root) ?? {});
}

/** npm's own notes about what it installed. */
function readInstalled(root) {
  const path = join(root, 'node_modules/.package-lock.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/** The packages of the gateway and everything that these depend on, as paths of the lock file. */
function listNeededToRun(locked) {
  const needed = new Set(Object.keys(locked).filter((path) => /^packages\/[^/]+$/.test(path)));
  for (const path of needed) {
    // A set that grows is iterated to its new end.
    const { dependencies, devDependencies } = locked[path];
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const found = findLocked(locked, path, name);
      if (found !== undefined) needed.add(found);
    }
  }
  return [...needed];
}

/** As Node looks for a package: beside who asks, then further and further up. */
function findLocked(locked, from, name) {
  for (let folder = from; ; folder = posix.dirname(folder)) {
    const path = posix.join(folder, 'node_modules', name);
    if (path in locked) return path;
    if (folder === '.') return undefined;
  }
}
