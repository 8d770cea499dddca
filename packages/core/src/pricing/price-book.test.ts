import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { exactToNumber, toExact } from './exact.ts';
import { readBookRates } from './book-rates.ts';
import { currentPrice, findVendor } from './genai-prices.ts';
import { listMediaModels } from './media-prices.ts';
import { findDefaultPrice, listDefaultModels, listVendorModels } from './price-book.ts';
import { splitTypedName } from './default-price-table.ts';
import { dollarRatios, pictureModels, yuanPrices } from './one-api-ratios.ts';
import { findOneApiPrice, guessCompletionRatio } from './one-api-prices.ts';
import type { DefaultPrice } from './default-price.ts';
import type { calcPrice as CalcPrice } from '@pydantic/genai-prices';

const today = Date.UTC(2026, 10, 21);

function find(model: string, channelType = 1, atMs = today): DefaultPrice | undefined {
  return findDefaultPrice(model, channelType, atMs)?.price;
}

function ratioOf(model: string, channelType = 1): number | undefined {
  const price = find(model, channelType);
  return price && exactToNumber(price.ratio);
}

describe('shipped prices', () => {
  const listed = listDefaultModels().map((name) => {
    const { model, channelType } = splitTypedName(name);
    return { name, price: find(model, channelType) };
  });
  const priced = listed.flatMap(({ name, price }) =>
    price === undefined ? [] : [{ name, price }],
  );

  it('know many models', () => {
    expect(priced.length).toBeGreaterThan(800);
  });

  it('are never negative', () => {
    const rates = priced.flatMap(({ name, price: { ratio, rates } }) => {
      const { images = {}, ...others } = rates;
      return [ratio, ...Object.values(others), ...Object.values(images)].map((rate) => ({
        name,
        rate,
      }));
    });
    expect(rates.filter(({ rate }) => rate < 0n)).toEqual([]);
  });

  it('are never free by omission: only models sold as free cost nothing', () => {
    const free = priced.filter(({ price: { rates } }) => {
      const { images, ...others } = rates;
      return images === undefined && Object.values(others).every((rate) => rate === 0n);
    });
    const soldAsFree = /:free$|moderation|^glm-4v?-flash$|gemini-flash-1.5-8b-exp|^cogview/;
    expect(free.map(({ name }) => name).filter((name) => !soldAsFree.test(name))).toEqual([]);
  });

  it('charge output wherever they charge input, unless the vendor gives output away', () => {
    const odd = priced.filter(({ price: { rates } }) => rates.input > 0n && rates.output === 0n);
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  it('are sane: nothing below a thousandth of a cent or above $1 000 for a million tokens', () => {
    const odd = priced.filter(({ price: { ratio, rates } }) => {
      const isByToken = rates.images === undefined && rates.input > 0n;
      return isByToken && (ratio > toExact(500) || ratio < toExact('0.001'));
    });
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  it('are kept by hand only where the book is silent', () => {
    const isBooked = (model: string): boolean =>
      ['openai', 'azure', 'groq', 'x-ai'].some((id) => {
        const info = findVendor(id)?.findModel(model);
        return info && readBookRates(model, currentPrice(info, Date.now()).price) !== undefined;
      });
    expect(isBooked('gpt-4o')).toBe(true);
    expect(listMediaModels().filter(isBooked)).toEqual([]);
  });

  it('leave a model that nobody priced without a price', () => {
    for (const model of ['nobody-knows-me', '', 'constructor', '__proto__', 'openrouter/auto']) {
      expect(find(model)).toBeUndefined();
    }
  });
});

describe('listVendorModels', () => {
  it.each([
    [1, 'gpt-5'],
    [14, 'claude-haiku-4-5'],
    [24, 'gemini-2.5-flash'],
    [29, 'llama-3.1-8b-instant'],
    [36, 'deepseek-chat'],
  ])('knows what the vendor of type %i sells, such as %s', (channelType, model) => {
    const models = listVendorModels(channelType);
    expect(models).toContain(model);
    expect(models.filter((name) => name.trim() === '' || name.includes(','))).toEqual([]);
  });

  it('knows nothing of a vendor that is not in the book', () => {
    expect(listVendorModels(15)).toEqual([]);
    expect(listVendorModels(0)).toEqual([]);
  });
});

describe('findDefaultPrice', () => {
  it.each([
    ['gpt-4o', 1, 1.25],
    ['gpt-4o', 3, 1.25],
    ['gpt-4o-2099-01-31', 1, 1.25],
    ['claude-sonnet-4-20250514', 14, 1.5],
    ['claude-3-haiku@20240307', 42, 0.125],
    ['llama-3.1-8b-instant', 29, 0.025],
    ['llama-3.1-8b-instant', 1, 0.025],
    ['whisper-1', 1, 15],
    ['tts-1', 1, 7.5],
    ['tts-1-hd', 1, 15],
    ['dall-e-3', 1, 20],
    ['dall-e-2', 1, 8],
    ['step-1-8k', 32, 0.005 * (500 / 7)],
    ['meta/llama-2-70b-chat', 46, 0.325],
    ['llama3-8b-8192', 33, 0.15],
  ])('prices %s at channel type %i with ratio %d', (model, type, ratio) => {
    expect(ratioOf(model, type)).toBeCloseTo(ratio, 12);
  });

  it('asks the vendor behind the channel first', () => {
    expect(find('deepseek-r1-distill-llama-70b', 29)).not.toEqual(
      find('deepseek-r1-distill-llama-70b', 17),
    );
  });

  it('prices audio apart from text where only the audio is dear', () => {
    const { rates } = find('gpt-4o-audio-preview') ?? {};
    expect(
      [rates?.input, rates?.audioInput, rates?.audioOutput].map((rate) =>
        exactToNumber(rate ?? 0n),
      ),
    ).toEqual([1.25, 20, 40]);
  });

  it('prices image models by tokens where the vendor does', () => {
    const { rates } = find('gpt-image-1') ?? {};
    expect(rates?.images).toBeUndefined();
    expect(exactToNumber(rates?.imageInput ?? 0n)).toBe(5);
  });

  it('bills a minute of whisper-1 at $0.006', () => {
    expect((find('whisper-1')?.rates.second ?? 0n) * 60n).toBe(toExact(3000));
  });

  it('takes a price over on its date, and says until when a price holds', () => {
    const before = findDefaultPrice('gemini-3.6-flash', 24, Date.UTC(2026, 11, 31));
    const newYear = Date.UTC(2027, 0, 1);
    expect(before?.untilMs).toBe(newYear);
    const after = findDefaultPrice('gemini-3.6-flash', 24, newYear);
    expect(after?.price.ratio).toBe((before?.price.ratio ?? 0n) * 2n);
  });

  it('agrees with the book about plain models', () => {
    const require = createRequire(import.meta.url);
    const { calcPrice } = require('@pydantic/genai-prices') as { calcPrice: typeof CalcPrice };
    for (const [vendor, type, model] of [
      ['openai', 1, 'gpt-4.1-mini-2025-04-14'],
      ['openai', 1, 'o3'],
      ['anthropic', 14, 'claude-3-5-haiku-20241022'],
      ['google', 24, 'gemini-2.5-flash'],
      ['mistral', 28, 'mistral-large-latest'],
      ['x-ai', 45, 'grok-4'],
      ['openrouter', 20, 'meta-llama/llama-3.1-70b-instruct'],
    ] as const) {
      const usage = { input_tokens: 1000, output_tokens: 500 };
      const booked = calcPrice(usage, model, { providerId: vendor, timestamp: new Date(today) });
      const rates = find(model, type)?.rates;
      const cost = 1000n * (rates?.input ?? 0n) + 500n * (rates?.output ?? 0n);
      expect(exactToNumber(cost) / 500_000).toBeCloseTo(booked?.total_price ?? NaN, 12);
    }
  });
});

describe('currentPrice', () => {
  const model = { id: 'm', match: { equals: 'm' } };

  it('takes the dearest hour, so that a bill does not depend on the minute', () => {
    const byHour = {
      ...model,
      prices: [
        { prices: { input_mtok: 1 } },
        {
          constraint: {
            type: 'time_of_date' as const,
            start_time: '00:30:00Z',
            end_time: '16:30:00Z',
          },
          prices: { input_mtok: 2 },
        },
      ],
    };
    expect(currentPrice(byHour, today)).toEqual({ price: { input_mtok: 2 }, untilMs: Infinity });
  });

  it('takes the last price whose date has come', () => {
    const byDate = {
      ...model,
      prices: [
        { prices: { input_mtok: 3 } },
        {
          constraint: { type: 'start_date' as const, start_date: '2026-01-01' },
          prices: { input_mtok: 2 },
        },
        {
          constraint: { type: 'start_date' as const, start_date: '2027-01-01' },
          prices: { input_mtok: 1 },
        },
      ],
    };
    const newYear = Date.UTC(2027, 0, 1);
    expect(currentPrice(byDate, today)).toEqual({ price: { input_mtok: 2 }, untilMs: newYear });
    expect(currentPrice(byDate, newYear).price).toEqual({ input_mtok: 1 });
    expect(currentPrice(byDate, 0).price).toEqual({ input_mtok: 3 });
  });
});

describe("One API's table", () => {
  it('has every price once, and none below zero', () => {
    const names = [...Object.keys(dollarRatios), ...Object.keys(yuanPrices)];
    expect(new Set(names).size).toBe(names.length);
    expect(
      [...Object.values(dollarRatios), ...Object.values(yuanPrices)].filter(
        (price) => !(price >= 0),
      ),
    ).toEqual([]);
    expect([...pictureModels].filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each([
    ['llama-3.1-70b-versatile', 0.295], // $0.59
    ['step-2-16k', 0.038 * (500 / 7)], // ¥0.038 for a thousand
    ['meta/meta-llama-3.1-405b-instruct', 4.75], // $9.50
    ['qwen-turbo', 0.0003 * (500 / 7)], // 500 ÷ 7, not 71
  ])('has the right scale for %s', (model, ratio) => {
    expect(exactToNumber(findOneApiPrice(model, 0)?.ratio ?? 0n)).toBeCloseTo(ratio, 12);
  });

  it('prices pictures by the picture', () => {
    expect(findOneApiPrice('wanx-v1', 17)?.rates.images).toEqual({ '*': toExact(8000) });
  });

  it.each([
    ['gpt-3.5-turbo-foo-1106', 2],
    ['gpt-3.5-turbo-foo', 4 / 3],
    ['gpt-4-foo', 2],
    ['gpt-4o-foo', 4],
    ['claude-instant-1.2', 3],
    ['mistral-foo', 3],
    ['anything', 1],
  ])('guesses the completion ratio of %s', (model, ratio) => {
    expect(exactToNumber(guessCompletionRatio(model, 0))).toBeCloseTo(ratio, 12);
  });
});
