import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What the next build does not have as it is here. */
const change = {
  file: 'core/dist/usage/usage-batch.js',
  from: 'USAGE_BATCH_VERSION = 1;',
  to: 'USAGE_BATCH_VERSION = 2;',
};

/** A build beside this one, to start processes from. */
export interface NextBuild {
  /** For `startGateway`. */
  binary: string;
  remove(): Promise<void>;
}

/** A copy of this build whose usage batches are one version newer, as the next release may have them. */
export async function makeNextBuild(): Promise<NextBuild> {
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-next-'));
  const packages = join(folder, 'packages');
  await cp(join(root, 'packages'), packages, {
    recursive: true,
    filter: (path) => !['src', 'node_modules', 'tsconfig.tsbuildinfo'].includes(basename(path)),
  });
  await linkLibraries(join(folder, 'node_modules'), packages);
  await edit(join(packages, change.file));
  return {
    binary: join(packages, 'server/bin/turnpike.mjs'),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Its own packages, and everybody's libraries. */
async function linkLibraries(modules: string, packages: string): Promise<void> {
  await mkdir(join(modules, '@turnpike'), { recursive: true });
  for (const name of await readdir(packages))
    await symlink(join(packages, name), join(modules, '@turnpike', name));
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@turnpike') await symlink(join(root, 'node_modules', name), join(modules, name));
}

async function edit(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(change.from)) throw new Error(`${path} does not have: ${change.from}`);
  await writeFile(path, text.replace(change.from, change.to));
}
