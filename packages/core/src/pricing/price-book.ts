import { toExact } from './exact.ts';
import { baseRate, currentPrice, findVendor } from './genai-prices.ts';
import { findMediaPrice, listMediaModels, withAudioRates } from './media-prices.ts';
import { findOneApiPrice, listOneApiModels } from './one-api-prices.ts';
import { quotaPerUsd } from './quota.ts';
import type { ModelInfo, ModelPrice as BookPrice } from '@pydantic/genai-prices';
import type { DefaultPrice, Rates } from './default-price.ts';
import type { Exact } from './model-price.ts';

/** Vendors that sell their own models: for a plain name the first one that knows it says the price. */
const makers = [
  'openai',
  'anthropic',
  'google',
  'deepseek',
  'mistral',
  'cohere',
  'x-ai',
  'moonshotai',
  'minimax',
  'zhipuai',
  'zai',
  'perplexity',
  'voyageai',
] as const;

/** Hosts of others' models, asked for names that no maker knows. */
const hosts = ['groq', 'together', 'fireworks', 'novita', 'cloudflare', 'openrouter'] as const;

/** Channel type → the vendor behind it, whose own price comes first. */
const vendorOfType: ReadonlyMap<number, string> = new Map([
  [3, 'azure'],
  [14, 'anthropic'],
  [16, 'zhipuai'],
  [20, 'openrouter'],
  [24, 'google'],
  [25, 'moonshotai'],
  [27, 'minimax'],
  [28, 'mistral'],
  [29, 'groq'],
  [33, 'aws'],
  [35, 'cohere'],
  [36, 'deepseek'],
  [37, 'cloudflare'],
  [39, 'together'],
  [41, 'novita'],
  [42, 'google'],
  [45, 'x-ai'],
  [51, 'google'],
]);

/** A shipped price and until when it is in force. */
export interface FoundPrice {
  price: DefaultPrice;
  /** Unix milliseconds; `Infinity`: no change is announced. */
  untilMs: number;
}

/**
 * The shipped price of a model: current vendor prices, else One API's table.
 *
 * @param channelType 0 where the channel is not known
 * @param atMs Unix milliseconds: prices with a start date are in force from that day on (UTC)
 * @returns undefined for a model that nobody priced
 */
export function findDefaultPrice(
  model: string,
  channelType: number,
  atMs: number,
): FoundPrice | undefined {
  const media = findMediaPrice(model);
  if (media !== undefined) return { price: media, untilMs: Infinity };
  const booked = findBookPrice(model, channelType, atMs);
  if (booked !== undefined) return booked;
  const price = findOneApiPrice(model, channelType);
  return price === undefined ? undefined : { price, untilMs: Infinity };
}

/** Names that a table of prices shows: makers' models by their literal names, and One API's keys (`name(type)` included). */
export function listDefaultModels(): readonly string[] {
  const booked = makers.flatMap((maker) => findVendor(maker)?.names ?? []);
  return [...new Set([...listMediaModels(), ...booked, ...listOneApiModels()])];
}

function findBookPrice(model: string, channelType: number, atMs: number): FoundPrice | undefined {
  const own = vendorOfType.get(channelType);
  const vendors = own === undefined ? [...makers, ...hosts] : [own, ...makers, ...hosts];
  return findAtVendors(vendors, model, atMs) ?? findUndated(vendors, model, atMs);
}

/** A dated name that the book does not have yet costs what the undated model costs. */
function findUndated(
  vendors: readonly string[],
  model: string,
  atMs: number,
): FoundPrice | undefined {
  const undated = model.replace(/-20\d{2}-?\d{2}-?\d{2}$/, '');
  return undated === model ? undefined : findAtVendors(vendors, undated, atMs);
}

function findAtVendors(
  vendors: readonly string[],
  model: string,
  atMs: number,
): FoundPrice | undefined {
  for (const id of vendors) {
    const info = findVendor(id)?.findModel(model);
    const found = info && toFoundPrice(model, info, atMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function toFoundPrice(model: string, info: ModelInfo, atMs: number): FoundPrice | undefined {
  const { price: bookPrice, untilMs } = currentPrice(info, atMs);
  const price = toDefaultPrice(bookPrice, isFreeModel(model));
  if (price === undefined) return undefined;
  const sized =
    info.context_window === undefined ? price : { ...price, contextWindow: info.context_window };
  return { price: withAudioRates(model, sized), untilMs };
}

/** An empty entry means "free" for these; for any other model it means that the book's authors found no price. */
function isFreeModel(model: string): boolean {
  return model.endsWith(':free') || model.includes('moderation');
}

function toDefaultPrice(book: BookPrice, isFree: boolean): DefaultPrice | undefined {
  const input = perMillion(book, 'input_mtok');
  const hour = baseRate(book, 'input_audio_hours') ?? baseRate(book, 'audio_hours');
  const second = hour === undefined ? undefined : (toExact(hour) * quotaPerUsd) / 3600n;
  const kiloRequests = baseRate(book, 'requests_kcount');
  if (input === undefined && second === undefined && !isFree) return undefined;
  const rates: Rates = {
    input: input ?? 0n,
    ...known('output', perMillion(book, 'output_mtok')),
    ...known('cacheRead', perMillion(book, 'cache_read_mtok')),
    ...known('cacheWrite', perMillion(book, 'cache_write_mtok')),
    ...known('audioInput', perMillion(book, 'input_audio_mtok')),
    ...known('imageInput', perMillion(book, 'input_image_mtok')),
    ...known('reasoning', perMillion(book, 'output_reasoning_mtok')),
    ...known('audioOutput', perMillion(book, 'output_audio_mtok')),
    ...known('imageOutput', perMillion(book, 'output_image_mtok')),
    ...known('request', kiloRequests && (toExact(kiloRequests) * quotaPerUsd) / 1000n),
    ...known('second', second),
  };
  // One API reckons a minute of audio as 200 tokens.
  const ratio = input ?? ((second ?? 0n) * 60n) / 200n;
  return { source: 'price-book', ratio, rates };
}

function perMillion(book: BookPrice, key: string): Exact | undefined {
  const usd = baseRate(book, key);
  return usd === undefined ? undefined : (toExact(usd) * quotaPerUsd) / 1_000_000n;
}

function known<Key extends keyof Rates>(
  key: Key,
  rate: Exact | 0 | undefined,
): Partial<Record<Key, Exact>> {
  return rate === undefined || rate === 0 ? {} : ({ [key]: rate } as Record<Key, Exact>);
}
