import type { Annotation, ToolCallPart, ToolResultPart } from '@turnpike/core';
import { asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';

/** Google tells which pages it opened beside an answer, not in it: other protocols have steps for that. */
export class FetchSteps {
  readonly #pages = new Map<string, JsonObject>();

  /** @param candidate of one frame: later ones repeat what earlier ones said, and add to it */
  take(candidate: JsonObject): void {
    for (const page of asObjects(asObject(candidate['urlContextMetadata'])?.['urlMetadata'])) {
      const url = asText(page['retrievedUrl']);
      if (url !== undefined) this.#pages.set(url, page);
    }
  }

  /** What was read is a source of the answer, though nothing says of which words. */
  sources(isNamed: (url: string) => boolean): Annotation[] {
    return [...this.#pages].flatMap(([url, raw]) =>
      isFailed(raw) || isNamed(url)
        ? []
        : [{ kind: 'url' as const, url, origin: { family: 'gemini' as const, raw } }],
    );
  }

  /** Each page that was opened, and whether it could be had. */
  parts(makeId: (at: number) => string): readonly (readonly [ToolCallPart, ToolResultPart])[] {
    return [...this.#pages].map(([url, page], at) => {
      const common = { callId: makeId(at), name: 'web_fetch', tool: 'hosted' } as const;
      return [
        {
          kind: 'tool-call',
          ...common,
          argumentsJson: JSON.stringify({ url }),
          step: { kind: 'fetch', url },
        },
        {
          kind: 'tool-result',
          ...common,
          ...(isFailed(page) && { isError: true }),
          content: [],
          outcome: { kind: 'page', url },
        },
      ] as const;
    });
  }
}

const good = 'URL_RETRIEVAL_STATUS_SUCCESS';
const failed = 'URL_RETRIEVAL_STATUS_ERROR';
const unknown = 'URL_RETRIEVAL_STATUS_UNSPECIFIED';

function isFailed({ urlRetrievalStatus: status }: JsonObject): boolean {
  return typeof status === 'string' && status !== good && status !== unknown;
}

/** Gathers the pages that an upstream opened while its answer is encoded, as Google writes them. */
export class FetchedPages {
  readonly #pages = new Map<string, { url: string; status: string }>();

  call({ callId, step }: ToolCallPart): void {
    if (step?.kind === 'fetch') this.#pages.set(callId, { url: step.url, status: unknown });
  }

  result({ callId, outcome, isError }: ToolResultPart): void {
    if (outcome?.kind !== 'page') return;
    const url = outcome.url ?? this.#pages.get(callId)?.url;
    const status = isError === true ? failed : good;
    if (url !== undefined) this.#pages.set(callId, { url, status });
  }

  /** Undefined where none was opened. */
  metadata(): JsonObject | undefined {
    if (this.#pages.size === 0) return undefined;
    const urlMetadata = [...this.#pages.values()].map(({ url, status }) => ({
      retrievedUrl: url,
      urlRetrievalStatus: status,
    }));
    return { urlMetadata };
  }
}
