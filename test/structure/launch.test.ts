import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { root as realRoot } from './source-files.ts';

const launch = join(realRoot, 'packages/server/launch');

/** A checkout with one package, an npm that writes down its calls, and a path without any compiler. */
describe('a launch', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'turnpike-launch-'));
    lock({});
    write('tsconfig.json', '{}');
    write('tsconfig.base.json', '{}');
    write('packages/core/tsconfig.json', '{}');
    write('packages/core/src/index.ts', 'export {};');
    write('calls.txt', '');
    write('npm.js', fakeNpm);
    write(
      'bin/apt-get',
      `#!/bin/sh\necho "apt-get $*" >> "${root}/calls.txt"\n: > "${root}/compiler"\n`,
    );
    chmodSync(join(root, 'bin/apt-get'), 0o755);
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** A gateway that needs one package, which needs another; and tests that need a third. */
  function lock(versions: Record<string, string>): void {
    const locked = (name: string, more = {}) => ({
      [`node_modules/${name}`]: { version: versions[name] ?? '1', ...more },
    });
    const packages = {
      'packages/core': { version: '1', dependencies: { direct: '*' } },
      test: { version: '1', devDependencies: { client: '*' } },
      ...locked('@turnpike/core', { link: true }),
      ...locked('@turnpike/test', { link: true }),
      ...locked('direct', { dependencies: { indirect: '*' } }),
      ...locked('indirect'),
      ...locked('client'),
    };
    write('package-lock.json', JSON.stringify({ packages }));
  }

  function calls(): string[] {
    return readFileSync(join(root, 'calls.txt'), 'utf8').split('\n').filter(Boolean);
  }

  /** Runs one function of the launch in a process of its own, as `npm start` would. */
  function run(module: string, call: string, environment: Record<string, string> = {}) {
    const program = `
      import { explainFailure } from ${JSON.stringify(join(launch, 'launch-error.mjs'))};
      import * as step from ${JSON.stringify(join(launch, module))};
      await explainFailure(async () => step.${call});`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: {
        PATH: [join(root, 'bin'), '/bin-without-anything'].join(delimiter),
        npm_execpath: join(root, 'npm.js'),
        CHECKOUT: root,
        ...environment,
      },
    });
    return { status, stderr };
  }

  const install = (machine: string, environment = {}, scope = 'run') =>
    run(
      'install-dependencies.mjs',
      `installDependencies(process.env.CHECKOUT, { scope: '${scope}', machine: ${machine} })`,
      environment,
    );
  const start = () => expect(install('{}').status).toBe(0);
  const test = () => expect(install('{}', {}, 'all').status).toBe(0);

  const flags = '--include=dev --no-audit --no-fund';
  const installOfRun = `npm ci --workspace=packages ${flags}`;
  const installOfAll = `npm ci ${flags}`;
  const completion = `npm install --no-save ${flags}`;

  it('installs what the gateway needs once, and again when that changes', () => {
    start();
    start();
    expect(calls()).toEqual([installOfRun]);
    lock({ client: '2' });
    start();
    expect(calls()).toEqual([installOfRun]);
    lock({ indirect: '2' });
    start();
    expect(calls()).toEqual([installOfRun, installOfRun]);
  });

  it('leaves the clients of tests to the tests, which complete what is there', () => {
    start();
    test();
    test();
    start();
    expect(calls()).toEqual([installOfRun, completion]);
  });

  it('installs everything at once where the tests come first, and takes nothing from them', () => {
    test();
    start();
    expect(calls()).toEqual([installOfAll]);
    lock({ indirect: '2' });
    start();
    test();
    expect(calls()).toEqual([installOfAll, installOfAll]);
  });

  it('leaves an installation alone that somebody made by hand', () => {
    execFileSync(process.execPath, [join(root, 'npm.js')], { env: { CHECKOUT: root } });
    write('calls.txt', '');
    start();
    test();
    expect(calls()).toEqual([]);
  });

  it('installs the compiler with apt where one is needed and root may, and tries again', () => {
    const { status } = install('{ hasApt: true, isRoot: true }', { NEEDS_COMPILER: 'yes' });
    expect(calls()).toEqual([
      installOfRun,
      'apt-get update',
      'apt-get install -y --no-install-recommends build-essential python3',
      installOfRun,
    ]);
    expect(status).toBe(0);
  });

  it('prints the exact command where the compiler is missing and the user is not root', () => {
    const { status, stderr } = install('{ hasApt: true, isRoot: false }', {
      NEEDS_COMPILER: 'yes',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('must be compiled, but c++, make, python3 are missing');
    expect(stderr).toContain(
      "sudo sh -c 'apt-get update && apt-get install -y build-essential python3'",
    );
    expect(stderr).not.toMatch(/at .*\.mjs:\d+/);
  });

  it('does not take an installation for done that cannot load its add-ons', () => {
    const { status, stderr } = install('{ hasApt: true, isRoot: true }', { IS_BROKEN: 'yes' });
    expect(status).toBe(1);
    expect(stderr).toContain('cannot be loaded');
    expect(existsSync(join(root, 'node_modules/.turnpike/install.json'))).toBe(false);
  });

  const build = (environment = {}) =>
    run('build-sources.mjs', 'buildSources(process.env.CHECKOUT)', environment);

  it('builds what changed, everything where output is missing, and else nothing', () => {
    write('node_modules/typescript/bin/tsc', fakeCompiler);
    expect(build().status).toBe(0);
    expect(build().status).toBe(0);
    expect(calls()).toEqual(['tsc -b --force']);

    utimesSync(join(root, 'packages/core/src/index.ts'), 1, 1);
    write('packages/core/src/index.test.ts', 'changes nothing that is built');
    expect(build().status).toBe(0);
    rmSync(join(root, 'packages/core/dist'), { recursive: true });
    expect(build().status).toBe(0);
    expect(calls()).toEqual(['tsc -b --force', 'tsc -b', 'tsc -b --force']);
  });

  it('does not start sources that do not compile, however often it is asked', () => {
    write('node_modules/typescript/bin/tsc', fakeCompiler);
    for (const _attempt of [1, 2]) {
      const { status, stderr } = build({ HAS_ERRORS: 'yes' });
      expect(status).toBe(1);
      expect(stderr).toContain('The build failed');
    }
  });

  it('refuses a Node that is too old, and says which it needs', () => {
    const { status, stderr } = run('check-node.mjs', "checkNode('20.18.3')");
    expect(status).toBe(1);
    expect(stderr).toContain('Turnpike needs Node 20.19 or newer; this is Node 20.18.3.');
    expect(run('check-node.mjs', "checkNode('22.1.0')").status).toBe(0);
  });
});

const fakeNpm = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const root = process.env.CHECKOUT;
appendFileSync(root + '/calls.txt', 'npm ' + process.argv.slice(2).join(' ') + '\\n');
if (process.env.NEEDS_COMPILER && !existsSync(root + '/compiler')) process.exit(1);
for (const name of ['better-sqlite3', 'bcrypt']) {
  mkdirSync(root + '/node_modules/' + name, { recursive: true });
  const text = process.env.IS_BROKEN ? 'throw 1' : 'module.exports = class { close() {} }';
  writeFileSync(root + '/node_modules/' + name + '/index.js', text);
}
const { packages } = JSON.parse(readFileSync(root + '/package-lock.json'));
if (process.argv.includes('--workspace=packages'))
  for (const name of ['@turnpike/test', 'client']) delete packages['node_modules/' + name];
writeFileSync(root + '/node_modules/.package-lock.json', JSON.stringify({ packages }));
`;

const fakeCompiler = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const root = process.env.CHECKOUT;
appendFileSync(root + '/calls.txt', 'tsc ' + process.argv.slice(2).join(' ') + '\\n');
mkdirSync(root + '/packages/core/dist', { recursive: true });
writeFileSync(root + '/packages/core/dist/index.js', '');
process.exit(process.env.HAS_ERRORS ? 1 : 0);
`;
