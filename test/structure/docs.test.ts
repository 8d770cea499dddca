import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listFiles, root, toRelative } from './source-files.ts';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name)),
  ...listFiles(join(root, 'docs')).filter((path) => path.endsWith('.md')),
];

describe('the documentation', () => {
  it.each(pages.map(toRelative))('%s links to what is there', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    const broken = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });

  it('numbers the decisions without a gap', () => {
    const numbers = listFiles(join(root, 'docs/decisions'))
      .map((path) => Number(/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]))
      .sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
