import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from './read-environment.ts';

describe('readEnvironment', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'turnpike-env-'));
    process.env['TURNPIKE_TEST_KEPT'] = 'from the process';
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
    delete process.env['TURNPIKE_TEST_KEPT'];
  });

  it('reads .env of the working directory, and lets existing variables win', () => {
    writeFileSync(join(directory, '.env'), 'TURNPIKE_TEST_KEPT=file\nTURNPIKE_TEST_NEW="a b"\n');
    expect(readEnvironment(directory)).toMatchObject({
      TURNPIKE_TEST_KEPT: 'from the process',
      TURNPIKE_TEST_NEW: 'a b',
    });
  });

  it('needs no .env', () => {
    expect(readEnvironment(directory)['TURNPIKE_TEST_NEW']).toBeUndefined();
  });

  it('fails on a .env that cannot be read', () => {
    expect(() => readEnvironment(join(directory, 'x\0'))).toThrow();
  });
});
