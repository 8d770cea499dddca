import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LaunchError } from './launch-error.mjs';
import { runProgram, say } from './run-program.mjs';

const STAMP = 'node_modules/.turnpike/build.json';

/**
 * Compiles the sources that changed since the last time; finds out in milliseconds that none did.
 *
 * @param {string} root the checkout
 * @throws {LaunchError} where they do not compile
 */
export async function buildSources(root) {
  const packages = listPackages(root);
  const hasAllOutput = packages.every((path) => existsSync(join(path, 'dist/index.js')));
  const fingerprint = fingerprintSources(root, packages);
  if (hasAllOutput && readStamp(root) === fingerprint) return;

  say(hasAllOutput ? 'Building what changed (tsc -b) …' : 'Building (tsc -b) …');
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  // The compiler trusts its notes, not the folder: without its output, it must be told to start over.
  const compilerArguments = hasAllOutput ? ['-b'] : ['-b', '--force'];
  const { ok } = await runProgram(process.execPath, [compiler, ...compilerArguments], {
    cwd: root,
  });
  if (!ok) throw new LaunchError('The build failed: the lines above say where.');
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), fingerprint);
}

function listPackages(root) {
  const directory = join(root, 'packages');
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .filter((path) => existsSync(join(path, 'tsconfig.json')));
}

/** Changes whenever a file that is compiled is edited, added or removed. */
function fingerprintSources(root, packages) {
  const hash = createHash('sha256').update(process.versions.modules);
  addFile(hash, join(root, 'tsconfig.json'));
  addFile(hash, join(root, 'tsconfig.base.json'));
  for (const path of packages) {
    addFile(hash, join(path, 'tsconfig.json'));
    addFolder(hash, join(path, 'src'));
  }
  return hash.digest('hex');
}

function addFolder(hash, directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== '__fixtures__') addFolder(hash, path);
    } else if (!entry.name.endsWith('.test.ts')) addFile(hash, path);
  }
}

function addFile(hash, path) {
  const { mtimeMs, size } = statSync(path);
  hash.update(`${path}\0${mtimeMs}\0${size}\n`);
}

function readStamp(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
