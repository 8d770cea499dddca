import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseArguments } from '../cli/parse-arguments.ts';
import { loadSettings, type Settings } from '../settings/load-settings.ts';
import { openDataDirectory } from './data-directory.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'turnpike-data-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function settings(): Settings {
  const loaded = loadSettings({ DATA_DIR: dataDir }, parseArguments([]));
  if ('problems' in loaded) throw new Error(loaded.problems.join());
  return loaded.settings;
}

describe('openDataDirectory', () => {
  it('makes the secrets once, for the owner only', () => {
    const { encryptionKey, sessionSecret } = openDataDirectory(settings());
    expect(openDataDirectory(settings())).toMatchObject({ encryptionKey, sessionSecret });
    for (const [name, value] of Object.entries({
      'encryption.key': encryptionKey,
      'session.secret': sessionSecret,
    })) {
      expect(readFileSync(join(dataDir, name), 'utf8')).toBe(`${value}\n`);
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600);
      expect(value).toMatch(/^[\w-]{43}$/);
    }
  });

  it.each(['encryption.key', 'session.secret'])('takes no empty %s', (name) => {
    writeFileSync(join(dataDir, name), '\n');
    expect(() => openDataDirectory(settings())).toThrow(
      `${join(dataDir, name)} is empty. Put back what it held.`,
    );
    expect(existsSync(join(dataDir, name))).toBe(true);
  });
});
