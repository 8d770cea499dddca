import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(300_000);

const script = new URL('../load/kill-test.mjs', import.meta.url).pathname;

/** What the script printed, whether it was content or not. */
async function runKillTest(...flags: string[]): Promise<string> {
  const run = promisify(execFile)(process.execPath, [script, ...flags], { maxBuffer: 1e8 });
  const outcome = await run.catch((error: unknown) => error as { stdout: string; stderr: string });
  return outcome.stdout + outcome.stderr;
}

describe('the bill', () => {
  it('is exact over three kills in the middle of 2 000 requests', async () => {
    const output = await runKillTest('--requests', '2000', '--kills', '3');
    expect(output).toContain('PASS  the bill is exact');
    expect(output.match(/kill -9 after/g)).toHaveLength(3);
  });

  it('equals what clients saw and what the upstream served when nothing goes wrong', async () => {
    const output = await runKillTest('--requests', '500', '--calm');
    expect(output).toContain('PASS  the bill is exact');
  });
});
