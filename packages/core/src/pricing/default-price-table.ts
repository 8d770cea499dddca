import { divideExact, exactToNumber } from './exact.ts';
import { findDefaultPrice, listDefaultModels } from './price-book.ts';
import { quotaPerUsd } from './quota.ts';
import { toModelPrice } from './to-model-price.ts';
import type { DefaultPrice, PicturePrices } from './default-price.ts';
import type { Exact, ModelPrice } from './model-price.ts';
import type { PriceOptionKey } from './price-options.ts';

/** A table as it stands in JSON: numbers, or for pictures numbers by size and quality. */
export type PriceTable = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** Groups that One API ships. */
export const defaultGroupRatios: Readonly<Record<string, number>> = { default: 1, vip: 1, svip: 1 };

type Cell = number | Readonly<Record<string, number>> | undefined;
type ReadCell = (shipped: DefaultPrice, price: ModelPrice) => Cell;

/** What each table shows of a shipped price; undefined leaves the model out of that table. */
const cells: Readonly<Record<Exclude<PriceOptionKey, 'GroupRatio'>, ReadCell>> = {
  ModelRatio: ({ ratio }) => exactToNumber(ratio),
  CompletionRatio: ({ rates }, { completionRatio }) =>
    rates.input === 0n ? undefined : completionRatio,
  CacheRatio: ({ rates }) => proportion(rates.cacheRead, rates.input),
  CacheWriteRatio: ({ rates }) => proportion(rates.cacheWrite, rates.input),
  CacheWriteHourRatio: ({ rates }) => proportion(rates.cacheWriteHour, rates.input),
  AudioRatio: ({ rates }) => proportion(rates.audioInput, rates.input),
  AudioCompletionRatio: ({ rates }, { audioInput }) => proportion(rates.audioOutput, audioInput),
  ReasoningRatio: ({ rates }) => proportion(rates.reasoning, rates.output),
  ModelPrice: ({ rates }) => toUsd(rates.request),
  ImagePrice: ({ rates }) => rates.images && toUsdTable(rates.images),
  SecondPrice: ({ rates }) => toUsd(rates.second),
  CharacterPrice: ({ rates }) => toUsd(rates.character),
  WebSearchPrice: ({ rates }) => toUsd(rates.webSearch),
};

/** The shipped prices as the table of an option, model by model. */
export function readDefaultTable(key: PriceOptionKey, atMs: number): PriceTable {
  if (key === 'GroupRatio') return defaultGroupRatios;
  const readCell = cells[key];
  const rows: [string, Exclude<Cell, undefined>][] = [];
  for (const { name, shipped, price } of listShipped(atMs)) {
    const cell = readCell(shipped, price);
    if (cell !== undefined) rows.push([name, cell]);
  }
  return Object.fromEntries(rows);
}

interface ShippedModel {
  name: string;
  shipped: DefaultPrice;
  price: ModelPrice;
}

interface ShippedList {
  models: readonly ShippedModel[];
  /** Unix milliseconds between which it holds. */
  fromMs: number;
  untilMs: number;
}

let lastList: ShippedList | undefined;

/** A thousand look-ups, so the list is kept for as long as no price of it changes. */
function listShipped(atMs: number): readonly ShippedModel[] {
  if (lastList === undefined || atMs < lastList.fromMs || atMs >= lastList.untilMs) {
    lastList = makeShippedList(atMs);
  }
  return lastList.models;
}

function makeShippedList(atMs: number): ShippedList {
  const models: ShippedModel[] = [];
  let untilMs = Infinity;
  for (const name of listDefaultModels()) {
    const priced = splitTypedName(name);
    const found = findDefaultPrice(priced.model, priced.channelType, atMs);
    if (found === undefined) continue;
    untilMs = Math.min(untilMs, found.untilMs);
    const shipped = found.price;
    models.push({ name, shipped, price: toModelPrice(priced, shipped, {}, shipped.source) });
  }
  return { models, fromMs: atMs, untilMs };
}

/** `llama3-8b-8192(33)` is the model at channels of type 33; other names are meant for every channel. */
export function splitTypedName(name: string): { model: string; channelType: number } {
  const [, model, type] = /^(.+)\((\d+)\)$/.exec(name) ?? [];
  return model === undefined
    ? { model: name, channelType: 0 }
    : { model, channelType: Number(type) };
}

function proportion(rate: Exact | undefined, of: Exact | undefined): number | undefined {
  if (rate === undefined || of === undefined || of === 0n) return undefined;
  return exactToNumber(divideExact(rate, of));
}

function toUsd(units: Exact | undefined): number | undefined {
  return units === undefined ? undefined : exactToNumber(units / quotaPerUsd);
}

function toUsdTable(images: PicturePrices): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(images).map(([key, units]) => [key, toUsd(units) ?? 0]));
}
