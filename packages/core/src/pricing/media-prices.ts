import { unitsOf, unitsPerMillion } from './quota.ts';
import type { DefaultPrice, PicturePrices } from './default-price.ts';
import type { Exact } from './model-price.ts';

// Prices that the price book has no words for: OpenAI's list prices of older models, kept by hand from One API's table and
// secondary price lists. To be compared with platform.openai.com/docs/pricing when a model is added or changed.

/** USD for one picture by size and quality. */
const pictureUsd: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['dall-e-2', { '256x256': '0.016', '512x512': '0.018', '1024x1024': '0.02' }],
  [
    'dall-e-3',
    {
      '1024x1024': '0.04',
      '1024x1792': '0.08',
      '1792x1024': '0.08',
      '1024x1024/hd': '0.08',
      '1024x1792/hd': '0.12',
      '1792x1024/hd': '0.12',
    },
  ],
]);

/** USD for a million characters that are spoken. */
const speechUsdPerMillion: ReadonlyMap<string, number> = new Map([
  ['tts-1', 15],
  ['tts-1-1106', 15],
  ['tts-1-hd', 30],
  ['tts-1-hd-1106', 30],
]);

/** USD for a million audio tokens, in and out, where the book has the text rates only. First prefix wins. */
const audioUsdPerMillion: readonly (readonly [prefix: string, input: number, output: number])[] = [
  ['gpt-4o-audio-preview', 40, 80],
  ['gpt-4o-mini-audio-preview', 10, 20],
];

/** Price of a model that is paid by the picture or by the character. */
export function findMediaPrice(model: string): DefaultPrice | undefined {
  const speech = speechUsdPerMillion.get(model);
  if (speech !== undefined) {
    const character = unitsPerMillion(speech);
    return { source: 'price-book', ratio: character, rates: { input: 0n, character } };
  }
  const pictures = pictureUsd.get(model);
  return pictures === undefined ? undefined : toPicturePrice(pictures);
}

/** Adds the audio rates that the book leaves out: without them audio would be billed like text, at a fortieth. */
export function withAudioRates(model: string, price: DefaultPrice): DefaultPrice {
  const found = audioUsdPerMillion.find(([prefix]) => model.startsWith(prefix));
  if (found === undefined || price.rates.audioInput !== undefined) return price;
  const [, input, output] = found;
  const rates = {
    ...price.rates,
    audioInput: unitsPerMillion(input),
    audioOutput: unitsPerMillion(output),
  };
  return { ...price, rates };
}

/** Models that are priced here. */
export function listMediaModels(): readonly string[] {
  return [...speechUsdPerMillion.keys(), ...pictureUsd.keys()];
}

function toPicturePrice(usd: Readonly<Record<string, string>>): DefaultPrice {
  const images: PicturePrices = Object.fromEntries(
    Object.entries(usd).map(([key, price]) => [key, unitsOf(price)]),
  );
  return { source: 'price-book', ratio: cheapestOf(images) / 1000n, rates: { input: 0n, images } };
}

function cheapestOf(images: PicturePrices): Exact {
  return Object.values(images).reduce((least, price) => (price < least ? price : least));
}
