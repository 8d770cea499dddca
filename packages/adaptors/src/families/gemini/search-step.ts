import type { FoundPage, ToolCallPart, ToolResultPart } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** Google tells what it searched for beside an answer, not in it: other protocols have a step for that. */
export class SearchStep {
  readonly #queries = new Set<string>();
  readonly #pages = new Map<string, FoundPage>();

  /** @param candidate of one frame: later ones repeat what earlier ones said, and add to it */
  take(candidate: JsonObject): void {
    const grounding = asObject(candidate['groundingMetadata']);
    if (grounding === undefined) return;
    for (const member of ['webSearchQueries', 'imageSearchQueries'])
      for (const query of asArray(grounding[member]))
        if (typeof query === 'string' && query !== '') this.#queries.add(query);
    for (const chunk of asArray(grounding['groundingChunks'])) {
      const page = asObject(asObject(chunk)?.['web']);
      const url = asText(page?.['uri']);
      const title = asText(page?.['title']);
      if (url !== undefined) this.#pages.set(url, { url, ...(title !== undefined && { title }) });
    }
  }

  /** The search and what it found; undefined where nothing was searched for. */
  parts(makeId: () => string): readonly [ToolCallPart, ToolResultPart] | undefined {
    if (this.#queries.size === 0) return undefined;
    const common = { callId: makeId(), name: 'web_search', tool: 'hosted' } as const;
    const queries = [...this.#queries];
    return [
      {
        kind: 'tool-call',
        ...common,
        argumentsJson: JSON.stringify({ queries }),
        step: { kind: 'search', queries },
      },
      {
        kind: 'tool-result',
        ...common,
        content: [],
        outcome: { kind: 'pages', pages: [...this.#pages.values()] },
      },
    ];
  }
}
