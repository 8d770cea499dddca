import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createPriceList } from './price-list.ts';
import { priceUsage, type RequestFacts } from './price-usage.ts';
import type { Usage } from '../usage/usage.ts';

interface Example {
  options: Record<string, unknown>;
  model: string;
  group: string;
  usage: Omit<Usage, 'source'>;
  facts?: RequestFacts;
  quota: number;
}

const page = readFileSync(new URL('../../../../docs/billing.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
  ([, text = '']) => JSON.parse(text) as Example,
);

describe('docs/billing.md', () => {
  it('has four examples', () => {
    expect(examples).toHaveLength(4);
  });

  it.each(examples)('is right about $model', ({ options, model, group, usage, facts, quota }) => {
    const texts = Object.entries(options).map(([key, value]) => [key, JSON.stringify(value)]);
    const prices = createPriceList({
      options: Object.fromEntries(texts) as Record<string, string>,
    });
    const price = prices.priceFor(model, 1)!;
    const charged = priceUsage(
      { ...usage, source: 'reported' },
      price,
      prices.groupRatio(group).exact,
      facts,
    );
    expect(charged).toBe(quota);
  });
});
