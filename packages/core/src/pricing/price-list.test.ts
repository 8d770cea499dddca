import { describe, expect, it } from '@jest/globals';
import { exactToNumber } from './exact.ts';
import { createPriceList, type PriceList } from './price-list.ts';
import type { ModelPrice } from './model-price.ts';

const today = Date.UTC(2026, 10, 21);

function listOf(options: Readonly<Record<string, unknown>>): PriceList {
  const texts = Object.entries(options).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return createPriceList({
    options: Object.fromEntries(texts) as Record<string, string>,
    clock: { now: () => today },
  });
}

/** Rates as numbers, the ones asked for. */
function ratesOf(price: ModelPrice | undefined, ...names: (keyof ModelPrice)[]): unknown[] {
  return names.map((name) => {
    const rate = price?.[name];
    return typeof rate === 'bigint' ? exactToNumber(rate) : rate;
  });
}

describe('priceFor', () => {
  it('takes the price book where nothing is set', () => {
    const price = listOf({}).priceFor('gpt-4o', 1);
    expect(ratesOf(price, 'source', 'input', 'cacheRead', 'output')).toEqual([
      'price-book',
      1.25,
      0.625,
      5,
    ]);
  });

  it('falls back to the table of One API, then to the policy', () => {
    expect(listOf({}).priceFor('SparkDesk', 18)?.source).toBe('one-api-table');
    expect(listOf({}).priceFor('unheard-of', 1)).toBeUndefined();
    const lenient = listOf({ UnpricedModelPolicy: 'default-ratio', UnpricedModelRatio: '2' });
    expect(
      ratesOf(lenient.priceFor('unheard-of', 1), 'source', 'input', 'output', 'modelRatio'),
    ).toEqual(['default-ratio', 2, 2, 2]);
  });

  it('puts name(channelType) before name', () => {
    const list = listOf({ ModelRatio: { 'gpt-4o': 2, 'gpt-4o(3)': 4 } });
    expect(list.priceFor('gpt-4o', 1)?.modelRatio).toBe(2);
    expect(list.priceFor('gpt-4o', 3)?.modelRatio).toBe(4);
    expect(list.priceFor('gpt-4o', 3)?.source).toBe('option');
  });

  it('drops the suffix -internet of qwen and command models only', () => {
    const list = listOf({ ModelRatio: { 'qwen-mine': 2, 'command-mine': 3, mine: 4 } });
    expect(list.priceFor('qwen-mine-internet', 17)?.modelRatio).toBe(2);
    expect(list.priceFor('command-mine-internet', 35)?.modelRatio).toBe(3);
    expect(list.priceFor('mine-internet', 1)).toBeUndefined();
  });

  it('keeps the proportions of the book when the input price is set', () => {
    const price = listOf({ ModelRatio: { 'claude-sonnet-4-20250514': 3 } }).priceFor(
      'claude-sonnet-4-20250514',
      14,
    );
    expect(ratesOf(price, 'input', 'cacheRead', 'cacheWrite', 'output', 'reasoning')).toEqual([
      3, 0.3, 3.75, 15, 15,
    ]);
    const audio = listOf({ ModelRatio: { 'gpt-4o-audio-preview': 2.5 } }).priceFor(
      'gpt-4o-audio-preview',
      1,
    );
    expect(ratesOf(audio, 'input', 'audioInput', 'output', 'audioOutput')).toEqual([
      2.5, 40, 10, 80,
    ]);
    const deep = listOf({ ModelRatio: { 'sonar-deep-research': 2 } }).priceFor(
      'sonar-deep-research',
      1,
    );
    expect(ratesOf(deep, 'input', 'output', 'reasoning')).toEqual([2, 8, 3]);
  });

  it('replaces one proportion at a time', () => {
    const price = listOf({
      CompletionRatio: { 'gpt-4o': 2 },
      CacheRatio: { 'gpt-4o': 0.1 },
      CacheWriteRatio: { 'gpt-4o': 1.25 },
      AudioRatio: { 'gpt-4o': 10 },
      AudioCompletionRatio: { 'gpt-4o': 3 },
      ReasoningRatio: { 'gpt-4o': 2 },
    }).priceFor('gpt-4o', 1);
    expect(
      ratesOf(
        price,
        'source',
        'input',
        'output',
        'cacheRead',
        'cacheWrite',
        'audioInput',
        'audioOutput',
        'reasoning',
      ),
    ).toEqual(['price-book', 1.25, 2.5, 0.125, 1.5625, 12.5, 37.5, 5]);
  });

  it("guesses the output price of a model that only an option prices by One API's rules", () => {
    expect(
      listOf({ ModelRatio: { 'claude-3-mine': 2 } }).priceFor('claude-3-mine', 14)?.completionRatio,
    ).toBe(5);
  });

  it('takes a price by request instead of the tokens, unless they are priced too', () => {
    const only = listOf({ ModelPrice: { 'gpt-4o': 0.02 } }).priceFor('gpt-4o', 1);
    expect(ratesOf(only, 'source', 'request', 'input', 'output', 'cacheRead')).toEqual([
      'option',
      10_000,
      0,
      0,
      0,
    ]);
    const both = listOf({
      ModelPrice: { 'gpt-4o': 0.02 },
      ModelRatio: { 'gpt-4o': 1.25 },
    }).priceFor('gpt-4o', 1);
    expect(ratesOf(both, 'request', 'input')).toEqual([10_000, 1.25]);
    const shipped = listOf({ ModelPrice: { 'sonar-pro': 0.02 } }).priceFor('sonar-pro', 1);
    expect(ratesOf(shipped, 'request', 'input')).toEqual([10_000, 1.5]);
  });

  it('takes prices by picture, second and character, for models that nobody else prices too', () => {
    const list = listOf({
      ImagePrice: { 'dall-e-3': 0.1, painter: { '*': 0.01, '1024x1024/HD': 0.02 } },
      SecondPrice: { listener: 0.0001 },
      CharacterPrice: { speaker: 0.000015 },
    });
    const image = list.priceFor('dall-e-3', 1)?.image;
    expect(exactToNumber(image?.('1024x1792', 'hd') ?? 0n)).toBe(50_000);
    const painter = list.priceFor('painter', 1)?.image;
    expect(exactToNumber(painter?.('1024x1024', 'hd') ?? 0n)).toBe(10_000);
    expect(exactToNumber(painter?.('1024x1024', '') ?? 0n)).toBe(5000);
    expect(ratesOf(list.priceFor('listener', 1), 'second', 'input')).toEqual([50, 0]);
    expect(ratesOf(list.priceFor('speaker', 1), 'character', 'input')).toEqual([7.5, 0]);
  });

  it('moves prices by picture, second and character with the ratio, as One API does', () => {
    const list = listOf({ ModelRatio: { 'dall-e-3': 40, 'whisper-1': 30, 'tts-1': 15 } });
    expect(exactToNumber(list.priceFor('dall-e-3', 1)?.image?.('1024x1792', '') ?? 0n)).toBe(
      80_000,
    );
    expect(ratesOf(list.priceFor('whisper-1', 1), 'second')).toEqual([100]);
    expect(ratesOf(list.priceFor('tts-1', 1), 'character')).toEqual([15]);
  });

  it('is free where a ratio of 0 is set', () => {
    expect(
      ratesOf(
        listOf({ ModelRatio: { 'gpt-4o': 0 } }).priceFor('gpt-4o', 1),
        'input',
        'output',
        'cacheRead',
      ),
    ).toEqual([0, 0, 0]);
  });

  it('gives a free model the price that is set', () => {
    const price = listOf({ ModelRatio: { 'omni-moderation-latest': 1 } }).priceFor(
      'omni-moderation-latest',
      1,
    );
    expect(ratesOf(price, 'input', 'output')).toEqual([1, 1]);
  });

  it('ignores stored entries that can be no price', () => {
    const list = listOf({ ModelRatio: '{"openrouter/auto":-500000,"gpt-4o":-1,"mine":"2"}' });
    expect(list.priceFor('openrouter/auto', 20)?.modelRatio ?? 0).toBeGreaterThanOrEqual(0);
    expect(list.priceFor('gpt-4o', 1)?.source).toBe('price-book');
    expect(list.priceFor('mine', 1)).toBeUndefined();
  });

  it.each(['broken', '[]', 'null'])('keeps the shipped prices when %p is stored', (text) => {
    expect(listOf({ ModelRatio: text }).priceFor('gpt-4o', 1)?.modelRatio).toBe(1.25);
  });

  it('answers the same question with the same object, until the price changes on its date', () => {
    let now = Date.UTC(2026, 11, 31, 23);
    const list = createPriceList({ options: {}, clock: { now: () => now } });
    const before = list.priceFor('gemini-3.6-flash', 24);
    expect(list.priceFor('gemini-3.6-flash', 24)).toBe(before);
    now = Date.UTC(2027, 0, 1);
    expect(list.priceFor('gemini-3.6-flash', 24)?.modelRatio).toBe((before?.modelRatio ?? NaN) * 2);
  });
});

describe('groupRatio', () => {
  it('knows the groups of the option, and flags others', () => {
    const list = listOf({ GroupRatio: { staff: 0.5 } });
    expect(list.groupRatio('staff')).toMatchObject({ number: 0.5, isKnown: true });
    expect(list.groupRatio('default')).toMatchObject({ number: 1, isKnown: false });
    expect(listOf({}).groupRatio('vip')).toMatchObject({ number: 1, isKnown: true });
    expect(listOf({}).groupRatio('constructor')).toMatchObject({ number: 1, isKnown: false });
  });

  it('lets a group be free', () => {
    expect(listOf({ GroupRatio: { staff: 0 } }).groupRatio('staff').exact).toBe(0n);
  });
});

describe('billBy', () => {
  it.each([
    [{}, 'mapped'],
    [{ BillBy: 'requested' }, 'requested'],
    [{ BillBy: 'whatever' }, 'mapped'],
  ])('of %p is %s', (options, billBy) => {
    expect(listOf(options).billBy).toBe(billBy);
  });
});
