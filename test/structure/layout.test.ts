import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listFiles, listSourceFiles, root, toRelative } from './source-files.ts';

const sources = listSourceFiles().map(toRelative);
const testSources = listFiles(join(root, 'test')).map(toRelative);

/** Names that say nothing: a file is named for what it does. */
const emptyNames = /(^|[-/])(utils?|helpers?|common|misc|shared|managers?)([-./]|$)/;

/** Folders whose index is a public list or a registry. */
const indexPlaces = [
  /^packages\/[^/]+\/src\/index\.ts$/,
  /^packages\/[^/]+\/src\/(contract|testing)\/index\.ts$/,
  /\/(providers|families|migrations|api|schedules|commands)\/index\.ts$/,
];

/** Longer than this a file is read in pieces; lists of data are not read but looked up. */
const MOST_CODE_LINES = 400;
const dataFiles = /(-schema|catalogue|-options|-prices|-ratios|-table)\.ts$/;

describe('the layout', () => {
  it('has exactly the top level that everybody knows', () => {
    const ignored = new Set([...readIgnoredNames(), '.git']);
    const known = [
      ...['package.json', 'package-lock.json', 'packages', 'docs', 'test'],
      ...['README.md', 'LICENSE', 'CHANGELOG.md', 'CONTRIBUTING.md'],
      ...['tsconfig.json', 'tsconfig.base.json', 'tsconfig.check.json'],
      ...['eslint.config.js', 'jest.config.js', 'knip.json', 'deploy', 'helm'],
    ];
    const names = readdirSync(root).filter((name) => !ignored.has(name) && !name.startsWith('.'));
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names files and folders in kebab-case', () => {
    const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
    const migration = /\/migrations\/\d{14}_[a-z]+(_[a-z0-9]+)*\.ts$/;
    const wrong = [...sources, ...testSources]
      .filter((path) => !migration.test(path))
      .filter((path) => !path.split('/').every((part) => kebab.test(part)));
    expect(wrong).toEqual([]);
  });

  it('names files for what they do', () => {
    expect([...sources, ...testSources].filter((path) => emptyNames.test(path))).toEqual([]);
  });

  it('has an index only where a list is public', () => {
    const indexes = sources.filter((path) => basename(path) === 'index.ts');
    expect(indexes.filter((path) => !indexPlaces.some((place) => place.test(path)))).toEqual([]);
  });

  it('keeps files short enough to be read at once', () => {
    const long = sources
      .filter((path) => path.endsWith('.ts') && !/\.(test|contract)\.ts$/.test(path))
      .filter((path) => !dataFiles.test(path))
      .map((path) => [path, countCodeLines(read(path))] as const)
      .filter(([, lines]) => lines > MOST_CODE_LINES);
    expect(long).toEqual([]);
  });

  it('asks for the role in the settings and in the composition only', () => {
    const places = /^packages\/server\/src\/(settings|compose|main|commands|cli)/;
    const asks = /NODE_TYPE|\bisMaster\b|\brole\s*[!=]==?\s*'(master|slave|standalone)'/;
    const wrong = sources
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !places.test(path))
      .filter((path) => asks.test(read(path)));
    expect(wrong).toEqual([]);
  });

  it('leaves nothing for later in the sources', () => {
    const promises = /\b(TODO|FIXME|XXX|HACK)\b/;
    expect(sources.filter((path) => promises.test(read(path)))).toEqual([]);
  });
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function readIgnoredNames(): string[] {
  return read('.gitignore')
    .split('\n')
    .map((line) => line.replace(/^\/|\/$/g, '').trim())
    .filter((line) => line !== '');
}

function countCodeLines(text: string): number {
  return text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
}
