import { dollarRatios, pictureModels, yuanPrices } from './one-api-ratios.ts';
import { divideExact, multiplyExact, toExact } from './exact.ts';
import type { Exact } from './model-price.ts';
import type { DefaultPrice } from './default-price.ts';

/** Ratio of a model that costs one yuan for a thousand tokens: 500 units at 7 yuan for a dollar. */
const yuanRatio = divideExact(toExact(500), toExact(7));

/** Output price ÷ input price where a table entry, not a name rule, says so. */
const completionRatios: ReadonlyMap<string, number> = new Map([
  ['llama3-8b-8192(33)', 2],
  ['llama3-70b-8192(33)', 1.320754716981132],
  ['deepseek-chat', 2],
  ['deepseek-reasoner', 3.981818181818182],
]);

interface CompletionRule {
  matches: (model: string) => boolean;
  ratio: number;
}

const starts =
  (prefix: string, suffix = '') =>
  (model: string) =>
    model.startsWith(prefix) && model.endsWith(suffix);
const isOneOf =
  (...names: readonly string[]) =>
  (model: string) =>
    names.includes(model);

/** First match wins. One API's rules for models that have an input price only. */
const completionRules: readonly CompletionRule[] = [
  { matches: isOneOf('gpt-3.5-turbo'), ratio: 3 },
  { matches: starts('gpt-3.5', '0125'), ratio: 3 },
  { matches: starts('gpt-3.5', '1106'), ratio: 2 },
  { matches: starts('gpt-3.5'), ratio: 4 / 3 },
  { matches: isOneOf('gpt-4o-2024-05-13'), ratio: 3 },
  { matches: starts('gpt-4o'), ratio: 4 },
  { matches: starts('gpt-4-turbo'), ratio: 3 },
  { matches: starts('gpt-4', 'preview'), ratio: 3 },
  { matches: starts('gpt-4'), ratio: 2 },
  { matches: starts('o1'), ratio: 4 },
  { matches: starts('o3'), ratio: 4 }, // One API has no rule for o3-mini and bills its output like input
  { matches: isOneOf('chatgpt-4o-latest'), ratio: 3 },
  { matches: starts('claude-3'), ratio: 5 },
  { matches: starts('claude-'), ratio: 3 },
  { matches: starts('mistral-'), ratio: 3 },
  { matches: starts('gemini-'), ratio: 3 },
  { matches: starts('deepseek-'), ratio: 2 },
  { matches: isOneOf('llama2-70b-4096'), ratio: 1.25 },
  { matches: isOneOf('llama3-8b-8192'), ratio: 2 },
  { matches: isOneOf('llama3-70b-8192'), ratio: 1.3389830508474578 },
  {
    matches: isOneOf('command', 'command-light', 'command-nightly', 'command-light-nightly'),
    ratio: 2,
  },
  { matches: isOneOf('command-r', 'grok-beta'), ratio: 3 },
  { matches: isOneOf('command-r-plus'), ratio: 5 },
  { matches: isOneOf('ibm-granite/granite-3.0-2b-instruct'), ratio: 8.333333333333334 },
  { matches: starts('ibm-granite/granite-'), ratio: 5 },
  { matches: starts('meta/llama-2-70b'), ratio: 4.230769230769231 },
  { matches: starts('meta/llama-2-'), ratio: 5 },
  { matches: starts('meta/meta-llama-3-70b'), ratio: 4.230769230769231 },
  { matches: starts('meta/meta-llama-3-8b'), ratio: 5 },
  {
    matches: isOneOf('mistralai/mistral-7b-instruct-v0.2', 'mistralai/mistral-7b-v0.1'),
    ratio: 5,
  },
  { matches: isOneOf('mistralai/mixtral-8x7b-instruct-v0.1'), ratio: 3.3333333333333335 },
];

/** One API's guess of output price ÷ input price, for models of which only the input price is known. */
export function guessCompletionRatio(model: string, channelType: number): Exact {
  const entry = completionRatios.get(`${model}(${channelType})`) ?? completionRatios.get(model);
  const ratio = entry ?? completionRules.find((rule) => rule.matches(model))?.ratio ?? 1;
  return toExact(ratio);
}

/** One API's price of a model at any channel. */
export function findOneApiPrice(model: string, channelType: number): DefaultPrice | undefined {
  return readEntry(model, model, channelType);
}

/** One API's price of a model at channels of one type only, `name(channelType)` in its table. */
export function findTypedOneApiPrice(model: string, channelType: number): DefaultPrice | undefined {
  return readEntry(`${model}(${channelType})`, model, channelType);
}

/** Every key of the table, typed ones (`name(channelType)`) included. */
export function listOneApiModels(): readonly string[] {
  return [...Object.keys(dollarRatios), ...Object.keys(yuanPrices)];
}

function readEntry(key: string, model: string, channelType: number): DefaultPrice | undefined {
  const ratio = ratioOf(key);
  if (ratio === undefined) return undefined;
  if (pictureModels.has(key)) {
    const picture = ratio * 1000n;
    return { source: 'one-api-table', ratio, rates: { input: 0n, images: { '*': picture } } };
  }
  const output = multiplyExact(ratio, guessCompletionRatio(model, channelType));
  return { source: 'one-api-table', ratio, rates: { input: ratio, output } };
}

function ratioOf(key: string): Exact | undefined {
  const dollars = Object.hasOwn(dollarRatios, key) ? dollarRatios[key] : undefined;
  if (dollars !== undefined) return toExact(dollars);
  const yuan = Object.hasOwn(yuanPrices, key) ? yuanPrices[key] : undefined;
  return yuan === undefined ? undefined : multiplyExact(toExact(yuan), yuanRatio);
}
