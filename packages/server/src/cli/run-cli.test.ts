import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment, type Environment } from '../settings/read-environment.ts';
import { createCli, type CliDeps } from './run-cli.ts';

function openCli(environment: Record<string, string> | (() => Environment) = {}) {
  const printed: string[] = [];
  const problems: string[] = [];
  const calls: unknown[] = [];
  const commands: CliDeps['commands'] = {
    serve: {
      text: 'Run the gateway.',
      flags: { speed: { value: '<n>', text: 'How fast.' } },
      load: () =>
        Promise.resolve((settings, _logger, operands, flags) => {
          calls.push({ port: settings.port, operands, flags });
          return Promise.resolve(7);
        }),
    },
    fail: {
      text: 'Fail.',
      load: () => Promise.reject(new Error('broken: postgres://root:hunter2@host')),
    },
  };
  const run = createCli({
    commands,
    readEnvironment: typeof environment === 'function' ? environment : () => environment,
    print: (text) => printed.push(text),
    printProblem: (text) => problems.push(text),
  });
  return { run, printed, problems, calls };
}

describe('createCli', () => {
  it('runs the command with the settings and answers its exit code', async () => {
    const { run, calls } = openCli({ PORT: '4000' });
    expect(await run(['serve', 'now', '--speed', '9', '--log-dir='])).toBe(7);
    expect(calls).toEqual([{ port: 4000, operands: ['now'], flags: { speed: '9' } }]);
  });

  it('stops before the command where a setting is wrong', async () => {
    const { run, calls, problems } = openCli({ PORT: 'x', DEBUG: 'x' });
    expect(await run([])).toBe(2);
    expect(calls).toEqual([]);
    expect(problems.join()).toMatch(/PORT: expected[^]*DEBUG: expected/);
  });

  it('names an environment file that cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'turnpike-env-'));
    mkdirSync(join(folder, '.env'));
    const { run, calls, problems } = openCli(() => readEnvironment(folder));
    expect(await run([])).toBe(2);
    expect(calls).toEqual([]);
    expect(problems.join()).toMatch(/cannot start[^]*\.env cannot be read \(EISDIR\)\. Let this/);
    rmSync(folder, { recursive: true });
  });

  it('tells of a wrong flag whose value looks like a command', async () => {
    const { run, problems } = openCli();
    expect(await run(['--prot', '3000'])).toBe(2);
    expect(problems.join()).toMatch(/^--prot: there is no such flag.*\nThere is no command "3000"/);
  });

  it('names a log directory that cannot be written', async () => {
    const { run, problems } = openCli();
    expect(await run(['--log-dir', '/dev/null/logs'])).toBe(2);
    expect(problems.join()).toMatch(
      /--log-dir: the directory \/dev\/null\/logs cannot be used \(ENOTDIR\)\. Choose another one/,
    );
  });

  it.each([['nonsense'], ['constructor']])('refuses the unknown command %s', async (command) => {
    const { run, problems } = openCli();
    expect(await run([command])).toBe(2);
    expect(problems.join()).toContain(`There is no command "${command}"`);
  });

  it('answers 1 where a command throws, and says why without any secret', async () => {
    const { run, problems } = openCli();
    expect(await run(['fail', '--log-dir='])).toBe(1);
    expect(problems).toEqual(['Turnpike stopped: broken: postgres://root:[redacted]@host']);
  });

  it('prints help and version without reading any setting', async () => {
    const { run, printed } = openCli({ PORT: 'wrong' });
    expect(await run(['--version'])).toBe(0);
    expect(await run(['--help'])).toBe(0);
    expect(printed[0]).toMatch(/^\d+\.\d+\.\d+/);
    expect(printed[1]).toMatch(/serve +Run the gateway\.\n +--speed <n> +How fast\.[^]*--port/);
  });
});
