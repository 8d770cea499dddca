import type { Annotation } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** A page that an upstream looked up for an answer. */
export interface SearchSource {
  url: string;
  title?: string;
}

/**
 * What vendors say beside their choices of where an answer comes from, in its own numbering from one: Perplexity, Baidu
 * and xAI (`search_results`, or addresses alone as `citations`), Zhipu (`web_search`), Doubao's bots (`references`),
 * Qwen and Hunyuan (`search_info`).
 */
export function readSources(body: JsonObject): readonly SearchSource[] {
  const lists = [
    body['search_results'],
    body['web_search'],
    body['references'],
    asObject(body['search_info'])?.['search_results'],
    body['citations'],
  ];
  for (const list of lists) {
    const sources = asArray(list).flatMap(readSource);
    if (sources.length > 0) return sources;
  }
  return none;
}

const none: readonly SearchSource[] = [];

function readSource(entry: unknown): SearchSource[] {
  const page = asObject(entry);
  const url = asText(entry) ?? asText(page?.['url']) ?? asText(page?.['link']);
  return url === undefined ? [] : [defined({ url, title: asText(page?.['title']) })];
}

/** The places where a text names its sources by their number. */
const mark = /\[(\d{1,3})\]/g;

/** Hands out the sources of one choice to its texts. */
export class SourcePlacer {
  readonly #named = new Set<SearchSource>();

  /** The sources that a text names, at the places where it does. */
  place(sources: readonly SearchSource[], text: string): Annotation[] {
    if (sources.length === 0) return [];
    return [...text.matchAll(mark)].flatMap(({ 0: said, 1: number, index }): Annotation[] => {
      const source = sources[Number(number) - 1];
      if (source === undefined) return [];
      this.#named.add(source);
      return [{ kind: 'url', ...source, start: index, end: index + said.length }];
    });
  }

  /** Those that no text named: they belong to all of the last one. */
  rest(sources: readonly SearchSource[]): Annotation[] {
    return sources
      .filter((source) => !this.#named.has(source))
      .map((source) => ({ kind: 'url', ...source }));
  }
}
