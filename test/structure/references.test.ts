import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import { listSourceFiles, root } from './source-files.ts';
import { listMetrics } from './references/render-metrics.ts';
import { references } from './references/references.ts';

/** Set by `npm run docs:references`: the files are written before they are compared. */
const isUpdate = process.env['UPDATE_REFERENCES'] === 'true';

describe('generated references', () => {
  it.each(Object.entries(references))('%s says what the source says', async (path, render) => {
    const file = join(root, path);
    const expected = await formatReference(path, render());
    if (isUpdate) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, expected);
    }
    expect(readFileSync(file, 'utf8')).toBe(expected);
  });

  it('the metrics reference has every metric that a source names', () => {
    const documented = new Set(listMetrics().map(({ name }) => name));
    const named = listSourceFiles()
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) => [
        ...readFileSync(path, 'utf8').matchAll(
          /new (?:Counter|Gauge|Histogram|Summary)\(\{\s*name: '(\w+)'/g,
        ),
      ])
      .map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !documented.has(name!))).toEqual([]);
  });
});

async function formatReference(path: string, text: string): Promise<string> {
  if (!/\.(md|json)$/.test(path)) return text;
  const options = await resolveConfig(join(root, path));
  return format(text, { ...options, filepath: path });
}
