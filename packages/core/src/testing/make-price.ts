import { toExact } from '../pricing/exact.ts';
import type { Exact, ModelPrice } from '../pricing/model-price.ts';

type RateName =
  | 'input'
  | 'cacheRead'
  | 'cacheWrite'
  | 'cacheWriteHour'
  | 'audioInput'
  | 'imageInput'
  | 'output'
  | 'reasoning'
  | 'audioOutput'
  | 'imageOutput'
  | 'request'
  | 'second'
  | 'character'
  | 'webSearch';

/** A price of these decimal rates; every other rate is free. */
export function makePrice(
  rates: Partial<Record<RateName, string>> & {
    image?: (size: string, quality: string) => Exact;
  },
): ModelPrice {
  const rate = (name: RateName): Exact => toExact(rates[name] ?? '0');
  const optional = (name: RateName): Exact | undefined =>
    rates[name] === undefined ? undefined : toExact(rates[name]);
  return {
    source: 'option',
    input: rate('input'),
    cacheRead: rate('cacheRead'),
    cacheWrite: rate('cacheWrite'),
    cacheWriteHour: rate('cacheWriteHour'),
    audioInput: rate('audioInput'),
    imageInput: rate('imageInput'),
    output: rate('output'),
    reasoning: rate('reasoning'),
    audioOutput: rate('audioOutput'),
    imageOutput: rate('imageOutput'),
    request: rate('request'),
    image: rates.image,
    second: optional('second'),
    character: optional('character'),
    webSearch: rate('webSearch'),
    modelRatio: Number(rates.input ?? 0),
    completionRatio: 1,
  };
}
