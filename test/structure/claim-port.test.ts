import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { claimPort } from '../support/services/claim-port.mjs';

/** So many that without claims the same one would come up some twenty times. */
const COUNT = 300;

const program = `
  const { claimPort } = await import(process.argv[1]);
  const ports = [];
  while (ports.length < ${COUNT}) ports.push(await claimPort());
  process.stdout.write(ports.join() + '.');
  process.stdin.resume();`;
const module = fileURLToPath(new URL('../support/services/claim-port.mjs', import.meta.url));

const ends: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

/** Claims ports in a process of its own, which lives on until the tests are over. */
async function claimElsewhere(): Promise<number[]> {
  const flags = ['--input-type=module', '-e', program, module];
  const child = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
  ends.push(() => {
    child.stdin.end();
    return once(child, 'exit');
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  while (!printed.endsWith('.')) await once(child.stdout, 'data');
  return printed.slice(0, -1).split(',').map(Number);
}

describe('claimed ports', () => {
  it('are never the same, in whichever process', async () => {
    const own = Promise.all(Array.from({ length: COUNT }, () => claimPort()));
    const all = (await Promise.all([own, claimElsewhere(), claimElsewhere()])).flat();
    expect(new Set(all).size).toBe(3 * COUNT);
  });
});
