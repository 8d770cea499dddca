import { baseRate, rateAbove, tierStarts } from './genai-prices.ts';
import { unitsOf, unitsPerMillion } from './quota.ts';
import type { ModelPrice as BookPrice } from '@pydantic/genai-prices';
import type { DefaultPrice, Rates, ShippedTokenRates } from './default-price.ts';
import type { Exact } from './model-price.ts';

/** Our word for a rate → the book's, USD for a million tokens. */
const tokenRates = {
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWriteHour: 'cache_write_1h_mtok',
  audioInput: 'input_audio_mtok',
  imageInput: 'input_image_mtok',
  reasoning: 'output_reasoning_mtok',
  audioOutput: 'output_audio_mtok',
  imageOutput: 'output_image_mtok',
} as const;

/**
 * Turns an entry of the price book into quota units.
 *
 * @returns undefined for an entry that says nothing we bill by (pages of documents, or nothing at all)
 */
export function readBookRates(model: string, book: BookPrice): DefaultPrice | undefined {
  const input = perToken(book, 'input_mtok', 0);
  const hour = baseRate(book, 'input_audio_hours') ?? baseRate(book, 'audio_hours');
  const second = hour === undefined ? undefined : unitsOf(hour) / 3600n;
  if (input === undefined && second === undefined && !isFreeModel(model)) return undefined;

  const rates: Rates = readTokenRates(book, 0);
  const request = perThousand(book, 'requests_kcount');
  if (request !== undefined) rates.request = request;
  const webSearch = perThousand(book, 'web_searches_kcount');
  if (webSearch !== undefined) rates.webSearch = webSearch;
  if (second !== undefined) rates.second = second;
  const longPrompts = tierStarts(book).map((above) => ({
    above,
    rates: readTokenRates(book, above),
  }));
  // One API reckons a minute of audio as 200 tokens.
  const ratio = input ?? ((second ?? 0n) * 60n) / 200n;
  return {
    source: 'price-book',
    ratio,
    rates,
    ...(longPrompts.length > 0 && { longPrompts }),
  };
}

function readTokenRates(book: BookPrice, above: number): ShippedTokenRates {
  const rates: ShippedTokenRates = { input: perToken(book, 'input_mtok', above) ?? 0n };
  for (const [kind, key] of Object.entries(tokenRates)) {
    const rate = perToken(book, key, above);
    if (rate !== undefined) rates[kind as keyof typeof tokenRates] = rate;
  }
  return rates;
}

/** An empty entry means "free" for these; for any other model it means that the book's authors found no price. */
function isFreeModel(model: string): boolean {
  return model.endsWith(':free') || model.includes('moderation');
}

function perToken(book: BookPrice, key: string, above: number): Exact | undefined {
  const usd = rateAbove(book, key, above);
  return usd === undefined ? undefined : unitsPerMillion(usd);
}

function perThousand(book: BookPrice, key: string): Exact | undefined {
  const usd = baseRate(book, key);
  return usd === undefined ? undefined : unitsOf(usd) / 1000n;
}
