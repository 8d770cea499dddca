import type { Annotation } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** A page that an upstream looked up for an answer. */
export interface SearchSource {
  url: string;
  title?: string;
}

/** What Perplexity and xAI say beside their choices of where an answer comes from, in its own numbering from one. */
export function readSources(body: JsonObject): readonly SearchSource[] {
  const results = asArray(body['search_results']);
  const list = results.length > 0 ? results : asArray(body['citations']);
  return list.flatMap((entry): SearchSource[] => {
    const url = asText(entry) ?? asText(asObject(entry)?.['url']);
    const title = asText(asObject(entry)?.['title']);
    return url === undefined ? [] : [defined({ url, title })];
  });
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
