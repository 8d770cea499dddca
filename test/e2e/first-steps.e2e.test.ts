import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startSimulatedProvider,
  type SimulatedProvider,
} from '../../packages/server/src/demo/simulated-provider.ts';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';

jest.setTimeout(60_000);
const run = promisify(execFile);

const guide = readFileSync(join(process.cwd(), 'docs/guides/first-steps.md'), 'utf8');

describe('the guide to the first steps', () => {
  let provider: SimulatedProvider;
  let gateway: Gateway;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'turnpike-first-steps-'));
    provider = await startSimulatedProvider();
    gateway = await startGateway();
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.close();
    rmSync(folder, { recursive: true });
  });

  it('leads from the first start to an answer and its bill, by its own commands', async () => {
    const values = {
      GATEWAY: gateway.url,
      PROVIDER_URL: provider.url,
      PROVIDER_KEY: 'sk-sim-of-the-guide',
    };
    let script = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text).join('\n');
    for (const [name, value] of Object.entries(values)) {
      expect(script).toMatch(new RegExp(`^${name}=`, 'm'));
      script = script.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}='${value}'`);
    }
    // Each answer on a line of its own; an answer of curl that is an error ends the script.
    const prelude = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; echo; }\n';
    const { stdout } = await run('bash', ['-c', prelude + script], { cwd: folder });

    const lines = stdout.split('\n').filter((line) => line !== '');
    const key = lines.find((line) => /^sk-[0-9a-zA-Z]{48}$/.test(line));
    expect(key).toBeDefined();
    const answers = lines
      .filter((line) => line !== key)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const chat = answers.find((answer) => 'choices' in answer);
    expect(chat).toMatchObject({ model: 'gpt-4o-mini', choices: [{ finish_reason: 'stop' }] });
    const managed = answers.filter((answer) => answer !== chat);
    expect(managed).toHaveLength(6);
    expect(managed.filter(({ success }) => success !== true)).toEqual([]);
    expect(managed.at(-1)!['data']).toContainEqual(
      expect.objectContaining({ token_name: 'first client', quota: expect.any(Number) }),
    );
  });
});
