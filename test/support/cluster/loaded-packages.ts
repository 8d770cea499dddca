import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a gateway under test loads, for as long as it runs. */
export interface LoadedPackages {
  /** For the environment of the gateway. */
  environment: Record<string, string>;
  /** Names of the packages of which it loaded anything: `ioredis`, `@turnpike/relay`. Complete when it has ended. */
  read(): Set<string>;
  remove(): void;
}

/** Has a gateway write down what it loads. */
export function recordPackages(): LoadedPackages {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-modules-'));
  const record = join(folder, 'modules.txt');
  const recorder = pathToFileURL(join(process.cwd(), 'test/support/record-modules.mjs')).href;
  return {
    environment: { NODE_OPTIONS: `--import=${recorder}`, RECORD_MODULES_IN: record },
    read() {
      const addresses = readFileSync(record, 'utf8').split('\n');
      return new Set(addresses.flatMap((address) => nameOf(address) ?? []));
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The package that the address of a module belongs to; undefined for Node's own modules and those of the tests. */
function nameOf(address: string): string | undefined {
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(address)?.[1];
  if (library !== undefined) return library;
  const own = /\/packages\/([^/]+)\/dist\//.exec(address)?.[1];
  return own === undefined ? undefined : `@turnpike/${own}`;
}

/** What only nodes with a database are for: the packages of database and management, and the libraries of these two. */
export function listDatabasePackages(): string[] {
  const others = ['core', 'adaptors', 'relay', 'cluster', 'server'].flatMap(listDependencies);
  const own = ['store', 'master'].flatMap(listDependencies);
  return [
    '@turnpike/store',
    '@turnpike/master',
    ...new Set(own.filter((name) => !others.includes(name))),
  ];
}

function listDependencies(name: string): string[] {
  const manifest = readFileSync(join(process.cwd(), 'packages', name, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  return Object.keys(dependencies);
}
