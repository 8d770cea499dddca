import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { packageNames, root } from './source-files.ts';

const run = promisify(execFile);

/** The modules that each package offers, by its own word. */
const entries = packageNames.flatMap((name) => {
  const manifest = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { source: string }> };
  return Object.values(exports).map(({ source }) => join(name, source));
});

describe('imports', () => {
  it.each(entries)('importing %s reads no environment and leaves nothing open', async (entry) => {
    // A worker of Jest has pipes, which Node opens when they are first asked for: by any import of `node:process`.
    expect([process.stdin.fd, process.stdout.fd, process.stderr.fd]).toEqual([0, 1, 2]);
    const before = process.getActiveResourcesInfo();
    const environment = process.env;
    process.env = guard(environment);
    try {
      await import(join(root, 'packages', entry));
    } finally {
      process.env = environment;
    }
    expect(findOpened(before, process.getActiveResourcesInfo())).toEqual([]);
  });

  it('go only where the architecture has an arrow', async () => {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const { stdout } = await run(
      process.execPath,
      [program, 'packages', '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      { cwd: root, env: { ...process.env, NODE_OPTIONS: '' } },
    ).catch((error: unknown) => error as { stdout: string });
    expect(stdout).toContain('no dependency violations found');
  }, 120_000);
});

/** An environment that only libraries may read: our own modules get their settings passed in. */
function guard(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return new Proxy(environment, {
    get(target, name, receiver) {
      const reader = new Error().stack?.split('\n')[2] ?? '';
      if (/\/packages\/[^/]+\/src\//.test(reader))
        throw new Error(`process.env.${String(name)} is read by an import: ${reader.trim()}`);
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
}

/** What keeps a process alive; reading the files of an import does not. */
const lasting = /^(TCP|Pipe|UDP|TTY|Server|Timeout|MessagePort|Worker|FSEvent|ChildProcess)/;

function findOpened(before: readonly string[], after: readonly string[]): string[] {
  const rest = [...after];
  for (const resource of before) {
    const index = rest.indexOf(resource);
    if (index !== -1) rest.splice(index, 1);
  }
  return rest.filter((resource) => lasting.test(resource));
}
