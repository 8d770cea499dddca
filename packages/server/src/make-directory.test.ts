import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDirectory } from './make-directory.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turnpike-directory-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('makeDirectory', () => {
  it('makes those above as well, for the owner only, and may be repeated', () => {
    const path = join(root, 'a', 'b');
    makeDirectory('DATA_DIR', path, 0o700);
    makeDirectory('DATA_DIR', path, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
  });

  it('says which setting to change where a file is in the way', () => {
    writeFileSync(join(root, 'file'), '');
    const make = (path: string) => () => {
      makeDirectory('DATA_DIR', join(root, path));
    };
    expect(make('file')).toThrow(/^DATA_DIR: the directory .*file cannot be used \(EEXIST\)/);
    expect(make('file/below')).toThrow(/^DATA_DIR: .* cannot be used \(ENOTDIR|EEXIST\)/);
  });

  // Node's own way to make a whole path never comes back here.
  it('gives up on a file system that takes no directories', () => {
    if (process.platform !== 'linux') return;
    expect(() => {
      makeDirectory('--log-dir', '/proc/turnpike/logs');
    }).toThrow(/^--log-dir: .* cannot be used \(ENOENT\). Choose another one/);
  });
});
