import { toExact } from './exact.ts';
import { readStoredTable } from './edit-price-option.ts';
import { unitsOf } from './quota.ts';
import type { PicturePrices } from './default-price.ts';
import type { PriceTable } from './default-price-table.ts';
import type { PriceOverride } from './to-model-price.ts';

/** What options set for a model. */
export interface FoundOverride {
  parts: PriceOverride;
  /** A price, not only a proportion such as `CompletionRatio`: it prices the model even where nothing is shipped. */
  isPrice: boolean;
}

/** The price options of a configuration, ready to be asked. */
export interface PriceOverrides {
  find(model: string, channelType: number): FoundOverride | undefined;
}

const factorKeys = {
  CompletionRatio: 'completionRatio',
  CacheRatio: 'cacheRatio',
  CacheWriteRatio: 'cacheWriteRatio',
  CacheWriteHourRatio: 'cacheWriteHourRatio',
  AudioRatio: 'audioRatio',
  AudioCompletionRatio: 'audioCompletionRatio',
  ReasoningRatio: 'reasoningRatio',
} as const;

const usdKeys = {
  ModelPrice: 'request',
  SecondPrice: 'second',
  CharacterPrice: 'character',
  WebSearchPrice: 'webSearch',
} as const;

/** Reads the stored price options once; entries that can be no price are left out. */
export function createPriceOverrides(options: Readonly<Record<string, string>>): PriceOverrides {
  const byName = new Map<string, PriceOverride>();
  const set = (name: string, part: PriceOverride): void => {
    byName.set(name, { ...byName.get(name), ...part });
  };
  const readNumbers = (key: string, toPart: (value: number) => PriceOverride): void => {
    for (const [name, cell] of rowsOf(options[key])) {
      if (typeof cell === 'number') set(name, toPart(cell));
    }
  };
  readNumbers('ModelRatio', (value) => ({ ratio: toExact(value) }));
  for (const [key, part] of Object.entries(factorKeys)) {
    readNumbers(key, (value) => ({ [part]: toExact(value) }));
  }
  for (const [key, part] of Object.entries(usdKeys)) {
    readNumbers(key, (value) => ({ [part]: unitsOf(value) }));
  }
  for (const [name, cell] of rowsOf(options['ImagePrice'])) set(name, { images: toPictures(cell) });

  return {
    find(model, channelType) {
      const typed = byName.get(`${model}(${channelType})`);
      const plain = byName.get(model);
      if (typed === undefined && plain === undefined) return undefined;
      const parts = { ...plain, ...typed };
      return { parts, isPrice: isPrice(parts) };
    },
  };
}

function isPrice(parts: PriceOverride): boolean {
  return [parts.ratio, parts.request, parts.images, parts.second, parts.character].some(
    (part) => part !== undefined,
  );
}

function rowsOf(stored: string | undefined): [string, PriceTable[string]][] {
  return Object.entries(readStoredTable(stored) ?? {});
}

function toPictures(cell: PriceTable[string]): PicturePrices {
  if (typeof cell === 'number') return { '*': unitsOf(cell) };
  return Object.fromEntries(
    Object.entries(cell).map(([key, usd]) => [key.toLowerCase(), unitsOf(usd)]),
  );
}
