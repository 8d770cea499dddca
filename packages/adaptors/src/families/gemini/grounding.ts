import type { Annotation, Part } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { FetchedPages } from './fetch-steps.ts';

/**
 * The sources of an answer, from a candidate's `groundingMetadata` and `citationMetadata`.
 *
 * @param text what the candidate said so far: Google counts its bytes, the canonical model its UTF-16 units
 */
export function readAnnotations(candidate: JsonObject, text: string): Annotation[] {
  const offsets = new ByteOffsets(text);
  return [
    ...readGrounding(asObject(candidate['groundingMetadata']), offsets),
    ...readCitations(asObject(candidate['citationMetadata']), offsets),
  ];
}

function readGrounding(grounding: JsonObject | undefined, offsets: ByteOffsets): Annotation[] {
  const chunks = asArray(grounding?.['groundingChunks']).map(readChunk);
  const supports = asArray(grounding?.['groundingSupports']).map(asObject);
  if (supports.length === 0) return chunks.flatMap((chunk) => chunk ?? []);
  return supports.flatMap((support) => {
    const segment = asObject(support?.['segment']);
    const place = offsets.range(segment?.['startIndex'] ?? 0, segment?.['endIndex']);
    return asArray(support?.['groundingChunkIndices']).flatMap((index) => {
      const chunk = typeof index === 'number' ? chunks[index] : undefined;
      return chunk === undefined ? [] : [{ ...chunk, ...place }];
    });
  });
}

/** A page of the web, a place on a map, a document of a store, or the page on which a picture was found. */
function readChunk(value: unknown): Annotation | undefined {
  const chunk = asObject(value);
  const kinds = ['web', 'maps', 'retrievedContext', 'image'];
  const source = kinds.map((kind) => asObject(chunk?.[kind])).find((one) => one !== undefined);
  const url = asText(source?.['uri']) ?? asText(source?.['sourceUri']);
  const title = asText(source?.['title']);
  if (url === undefined && title === undefined) return undefined;
  return {
    kind: url === undefined ? 'file' : 'url',
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
  };
}

function readCitations(metadata: JsonObject | undefined, offsets: ByteOffsets): Annotation[] {
  const citations = asArray(metadata?.['citations'] ?? metadata?.['citationSources']);
  return citations.map(asObject).flatMap((citation) => {
    const url = asText(citation?.['uri']);
    if (url === undefined) return [];
    const title = asText(citation?.['title']);
    return [
      {
        kind: 'url' as const,
        url,
        ...(title !== undefined && { title }),
        ...offsets.range(citation?.['startIndex'] ?? 0, citation?.['endIndex']),
      },
    ];
  });
}

/** Offsets of UTF-8 bytes as offsets of UTF-16 units, both ways. */
class ByteOffsets {
  readonly #text: string;
  #bytes: Buffer | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  range(start: unknown, end: unknown): { start?: number; end?: number } {
    if (typeof start !== 'number' || typeof end !== 'number' || start > end) return {};
    this.#bytes ??= Buffer.from(this.#text);
    if (start < 0 || end > this.#bytes.length) return {};
    return { start: this.#unitsAt(start, this.#bytes), end: this.#unitsAt(end, this.#bytes) };
  }

  #unitsAt(offset: number, bytes: Buffer): number {
    return bytes.length === this.#text.length ? offset : bytes.toString('utf8', 0, offset).length;
  }
}

/** Gathers the sources of an answer while it is encoded, as Google writes them. */
export class GroundingWriter {
  readonly #chunks: JsonObject[] = [];
  readonly #supports: JsonObject[] = [];
  readonly #indexByUrl = new Map<string, number>();
  readonly #queries = new Set<string>();
  readonly #fetched = new FetchedPages();

  /**
   * The sources of a text, what was searched for, what was found, or which pages were opened.
   *
   * @param partIndex the text's place among the parts that the client gets
   */
  take(part: Part, partIndex: number): void {
    if (part.kind === 'text') this.#add(part.annotations ?? [], part.text, partIndex);
    else if (part.kind === 'tool-call') {
      if (part.step?.kind === 'search')
        for (const query of part.step.queries) this.#queries.add(query);
      this.#fetched.call(part);
    } else if (part.kind === 'tool-result') {
      if (part.outcome?.kind === 'pages')
        for (const { url, title } of part.outcome.pages) this.#chunkOf(url, title);
      this.#fetched.result(part);
    }
  }

  /** @param text of the part that the annotations belong to */
  #add(annotations: readonly Annotation[], text: string, partIndex: number): void {
    for (const { url, title, start, end, origin } of annotations) {
      // A page that Google opened itself is told as such.
      if (url === undefined || origin?.family === 'gemini') continue;
      const index = this.#chunkOf(url, title);
      if (start === undefined || end === undefined) continue;
      this.#supports.push({
        segment: {
          ...(partIndex > 0 && { partIndex }),
          startIndex: Buffer.byteLength(text.slice(0, start)),
          endIndex: Buffer.byteLength(text.slice(0, end)),
          text: text.slice(start, end),
        },
        groundingChunkIndices: [index],
      });
    }
  }

  /** What stands beside the content of a candidate. */
  metadata(): JsonObject {
    const groundingMetadata = this.#grounding();
    const urlContextMetadata = this.#fetched.metadata();
    return {
      ...(groundingMetadata !== undefined && { groundingMetadata }),
      ...(urlContextMetadata !== undefined && { urlContextMetadata }),
    };
  }

  #grounding(): JsonObject | undefined {
    if (this.#chunks.length === 0 && this.#queries.size === 0) return undefined;
    return {
      ...(this.#queries.size > 0 && { webSearchQueries: [...this.#queries] }),
      ...(this.#chunks.length > 0 && { groundingChunks: this.#chunks }),
      ...(this.#supports.length > 0 && { groundingSupports: this.#supports }),
    };
  }

  #chunkOf(url: string, title: string | undefined): number {
    let index = this.#indexByUrl.get(url);
    if (index === undefined) {
      index = this.#chunks.length;
      this.#indexByUrl.set(url, index);
      this.#chunks.push({ web: { uri: url, title: title ?? url } });
    }
    return index;
  }
}
