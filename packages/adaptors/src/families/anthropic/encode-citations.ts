import type { Annotation } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { madeHereMark } from './made-here.ts';

/** The sources of one block of text, as its citations. Each is of the whole block, so that one is named once. */
export class CitationList {
  readonly #losses: LossList;
  readonly #named = new Set<string>();
  readonly #noted = new Set<string>();

  constructor(losses: LossList) {
    this.#losses = losses;
  }

  /** Undefined for what has no form here, or is there already. */
  add(annotation: Annotation): JsonObject | undefined {
    const { kind, url, title, citedText = '', start, origin } = annotation;
    if (origin?.family === 'anthropic') return origin.raw;
    if (url === undefined) {
      this.#note('dropped', `a source of kind ${kind} has no form here`);
      return undefined;
    }
    if (start !== undefined) this.#note('approximated', 'a source is of its whole block here');
    const key = `${url}\n${citedText}`;
    if (this.#named.has(key)) return undefined;
    this.#named.add(key);
    return {
      type: 'web_search_result_location',
      url,
      title: title ?? url,
      cited_text: citedText,
      encrypted_index: madeHereMark,
    };
  }

  /** Sources of a text that says nothing. */
  drop(): void {
    this.#note('dropped', 'there is no text that the sources belong to');
  }

  #note(what: 'dropped' | 'approximated', note: string): void {
    if (this.#noted.has(note)) return;
    this.#noted.add(note);
    this.#losses.add('info', what, 'answer.annotations', note);
  }
}

/** Of a whole text. */
export function encodeCitations(
  annotations: readonly Annotation[],
  losses: LossList,
): readonly JsonObject[] {
  const list = new CitationList(losses);
  return annotations.flatMap((annotation) => {
    const citation = list.add(annotation);
    return citation === undefined ? [] : [citation];
  });
}
