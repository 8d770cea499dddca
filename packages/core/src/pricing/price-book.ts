import { readBookRates } from './book-rates.ts';
import { currentPrice, findVendor } from './genai-prices.ts';
import { bookedName, findMediaPrice, listMediaModels, withAudioRates } from './media-prices.ts';
import { findOneApiPrice, findTypedOneApiPrice, listOneApiModels } from './one-api-prices.ts';
import type { ModelInfo } from '@pydantic/genai-prices';
import type { DefaultPrice } from './default-price.ts';

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

const makersAndHosts: readonly string[] = [...makers, ...hosts];

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

/** Type 1 stands for others' copies of OpenAI's interface too, so their prices do not come first there. */
const OPENAI = 1;

/** A shipped price and until when it is in force. */
export interface FoundPrice {
  price: DefaultPrice;
  /** Unix milliseconds; `Infinity`: no change is announced. */
  untilMs: number;
}

/**
 * The shipped price of a model: the current price of the vendor behind the channel, of its maker, of a host; else One API's
 * table (before makers and hosts where that has a price for just this type of channel).
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
  const own = vendorOfType.get(channelType);
  return (
    forEver(findMediaPrice(model)) ??
    (own === undefined ? undefined : findBookPrice([own], model, atMs)) ??
    forEver(findTypedOneApiPrice(model, channelType)) ??
    findBookPrice(makersAndHosts, model, atMs) ??
    forEver(findOneApiPrice(model, channelType))
  );
}

/** Names that a table of prices shows: makers' models by their literal names, and One API's keys (`name(type)` included). */
export function listDefaultModels(): readonly string[] {
  const booked = makers.flatMap((maker) => findVendor(maker)?.names ?? []);
  return [...new Set([...listMediaModels(), ...booked, ...listOneApiModels()])];
}

/** What the vendor behind a type of channel sells today, as far as the book knows; empty where it does not know the vendor. */
export function listVendorModels(channelType: number): readonly string[] {
  const id = channelType === OPENAI ? 'openai' : vendorOfType.get(channelType);
  return (id === undefined ? undefined : findVendor(id)?.current) ?? [];
}

function forEver(price: DefaultPrice | undefined): FoundPrice | undefined {
  return price && { price, untilMs: Infinity };
}

/** A dated name that the book does not have yet costs what the undated model costs. */
function findBookPrice(
  vendors: readonly string[],
  model: string,
  atMs: number,
): FoundPrice | undefined {
  const booked = bookedName(model);
  const undated = booked.replace(/-20\d{2}-?\d{2}-?\d{2}$/, '');
  const found = findAtVendors(vendors, booked, atMs);
  return found ?? (undated === booked ? undefined : findAtVendors(vendors, undated, atMs));
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
  const price = readBookRates(model, bookPrice);
  if (price === undefined) return undefined;
  const sized =
    info.context_window === undefined ? price : { ...price, contextWindow: info.context_window };
  return { price: withAudioRates(model, sized), untilMs };
}
