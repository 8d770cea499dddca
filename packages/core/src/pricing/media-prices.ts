import { unitsOf, unitsPerMillion } from './quota.ts';
import type { DefaultPrice, PicturePrices } from './default-price.ts';
import type { Exact } from './model-price.ts';

// Prices that the price book has no words for: list prices, kept by hand. To be compared with their sources when a model is
// added or changed: platform.openai.com/docs/pricing, groq.com/pricing, docs.x.ai/docs/models. docs/billing.md says which
// figure was looked up when, and how.

/** USD for one picture by size and quality, `*` for any. */
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
  ['grok-2-image', { '*': '0.07' }],
  ['grok-2-image-1212', { '*': '0.07' }],
  ['grok-imagine-image', { '*': '0.02' }],
]);

/** USD for a million characters that are spoken. */
const speechUsdPerMillion: ReadonlyMap<string, number> = new Map([
  ['tts-1', 15],
  ['tts-1-1106', 15],
  ['tts-1-hd', 30],
  ['tts-1-hd-1106', 30],
  ['playai-tts', 50],
  ['playai-tts-arabic', 50],
  ['canopylabs/orpheus-v1-english', 22],
  ['canopylabs/orpheus-arabic-saudi', 40],
]);

/** USD for an hour that is listened to. */
const hearingUsdPerHour: ReadonlyMap<string, string> = new Map([
  ['distil-whisper-large-v3-en', '0.02'],
]);

/** Names that stand for a model of the book, and cost what it costs. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['chatgpt-image-latest', 'gpt-image-1.5'],
]);

/** USD for a million audio tokens, in and out, where the book has the text rates only. First prefix wins. */
const audioUsdPerMillion: readonly (readonly [prefix: string, input: number, output: number])[] = [
  ['gpt-4o-audio-preview', 40, 80],
  ['gpt-4o-mini-audio-preview', 10, 20],
];

/** The name under which the book has a model. */
export function bookedName(model: string): string {
  return otherNames.get(model) ?? model;
}

/** Price of a model that is paid by the picture, the second or the character. */
export function findMediaPrice(model: string): DefaultPrice | undefined {
  const speech = speechUsdPerMillion.get(model);
  if (speech !== undefined) {
    const character = unitsPerMillion(speech);
    return { source: 'price-book', ratio: character, rates: { input: 0n, character } };
  }
  const hour = hearingUsdPerHour.get(model);
  if (hour !== undefined) {
    const second = unitsOf(hour) / 3600n;
    // One API reckons a minute of audio as 200 tokens.
    return { source: 'price-book', ratio: (second * 60n) / 200n, rates: { input: 0n, second } };
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
  return [
    ...speechUsdPerMillion.keys(),
    ...hearingUsdPerHour.keys(),
    ...pictureUsd.keys(),
    ...otherNames.keys(),
  ];
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
