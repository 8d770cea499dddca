import { describe, expect, it } from '@jest/globals';
import { parsePriceOption, readPriceOption } from './edit-price-option.ts';
import { createPriceList } from './price-list.ts';
import { priceOptionKeys } from './price-options.ts';

const today = Date.UTC(2026, 10, 21);

function readTable(
  key: (typeof priceOptionKeys)[number],
  stored?: string,
): Record<string, unknown> {
  return JSON.parse(readPriceOption(key, stored, today)) as Record<string, unknown>;
}

describe('readPriceOption', () => {
  it("shows the whole table, as One API's clients expect", () => {
    const table = readTable('ModelRatio');
    expect(table).toMatchObject({
      'gpt-4o': 1.25,
      'whisper-1': 15,
      'tts-1': 7.5,
      'llama3-8b-8192(33)': 0.15,
    });
    expect(table).not.toHaveProperty('openrouter/auto');
  });

  it('shows what is stored over what is shipped', () => {
    expect(readTable('ModelRatio', '{"gpt-4o":2,"mine":3}')).toMatchObject({
      'gpt-4o': 2,
      mine: 3,
      'gpt-4o-mini': 0.075,
    });
  });

  it('shows the ratios that are charged', () => {
    const list = createPriceList({ options: {}, clock: { now: () => today } });
    const completion = readTable('CompletionRatio');
    for (const [model, ratio] of Object.entries(readTable('ModelRatio'))) {
      if (model.endsWith(')')) continue;
      expect([model, list.priceFor(model, 0)?.modelRatio]).toEqual([model, ratio]);
      if (model in completion) {
        expect([model, list.priceFor(model, 0)?.completionRatio]).toEqual([
          model,
          completion[model],
        ]);
      }
    }
  });

  it('leaves out stored entries that can be no price', () => {
    const table = readTable('ModelRatio', '{"openrouter/auto":-500000,"a":"x","gpt-4o":3}');
    expect(table).not.toHaveProperty('openrouter/auto');
    expect(table).not.toHaveProperty('a');
    expect(table).toHaveProperty('gpt-4o', 3);
  });

  it.each(['not json', '[1]', 'null', ''])(
    'shows the shipped table for the stored text %p',
    (stored) => {
      expect(readTable('ModelRatio', stored)).toEqual(readTable('ModelRatio'));
    },
  );

  it('shows stored groups as they are: a list that an administrator owns', () => {
    expect(readTable('GroupRatio')).toEqual({ default: 1, vip: 1, svip: 1 });
    expect(readTable('GroupRatio', '{"staff":0.5}')).toEqual({ staff: 0.5 });
    expect(readTable('GroupRatio', '{}')).toEqual({});
  });
});

describe('parsePriceOption', () => {
  it.each(priceOptionKeys.filter((key) => key !== 'GroupRatio'))(
    'stores nothing when the whole table of %s is written back',
    (key) => {
      expect(parsePriceOption(key, readPriceOption(key, undefined, today), today)).toEqual({
        stored: '{}',
      });
    },
  );

  it('stores only what differs from the shipped price', () => {
    const table = { ...readTable('ModelRatio'), 'gpt-4o': 2, mine: 3 };
    expect(parsePriceOption('ModelRatio', JSON.stringify(table), today)).toEqual({
      stored: '{"gpt-4o":2,"mine":3}',
    });
  });

  it('drops what is set back to the shipped price', () => {
    expect(parsePriceOption('ModelRatio', '{"gpt-4o":1.250}', today)).toEqual({ stored: '{}' });
  });

  it('stores prices by size as a whole when one of them differs', () => {
    const table = { 'dall-e-2': { '256x256': 0.016, '512x512': 0.018, '1024x1024': 0.03 } };
    expect(parsePriceOption('ImagePrice', JSON.stringify(table), today)).toEqual({
      stored: JSON.stringify(table),
    });
  });

  it('stores groups whole, so that one can be removed', () => {
    expect(parsePriceOption('GroupRatio', '{"default":1}', today)).toEqual({
      stored: '{"default":1}',
    });
    expect(parsePriceOption('GroupRatio', '{}', today)).toEqual({ stored: '{}' });
  });

  it.each([
    ['{"gpt-4o":-1}', '"gpt-4o" is negative (-1)'],
    ['{"gpt-4o":1000001}', '"gpt-4o" is absurdly large (1000001; at most 1000000)'],
    ['{"a":1e999}', '"a" is absurdly large (Infinity; at most 1000000)'],
    ['{"a":1,"gpt-4o":"2"}', 'the value of "gpt-4o" is no number (line 1, column 17)'],
    ['{"a":1,', 'expected a name in double quotes (at the end of the text, line 1, column 8)'],
  ])('refuses %s and names the entry or the place', (text, problem) => {
    expect(parsePriceOption('ModelRatio', text, today)).toEqual({ problem });
  });

  it('names model and size of a bad picture price', () => {
    expect(parsePriceOption('ImagePrice', '{"d":{"1x1":-1}}', today)).toEqual({
      problem: '"d" / "1x1" is negative (-1)',
    });
  });

  it('returns to the shipped table with an empty text', () => {
    expect(parsePriceOption('GroupRatio', ' ', today)).toEqual({ stored: '' });
    expect(readTable('GroupRatio', '')).toEqual({ default: 1, vip: 1, svip: 1 });
  });
});
