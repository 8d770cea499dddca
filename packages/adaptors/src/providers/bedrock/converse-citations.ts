import { madeHereMark } from '../../families/anthropic/made-here.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

/** Anthropic's name of a place in a document, by Converse's, and what its ends are called there. */
const places: Readonly<Record<string, readonly [type: string, start: string, end: string]>> = {
  documentChar: ['char_location', 'start_char_index', 'end_char_index'],
  documentPage: ['page_location', 'start_page_number', 'end_page_number'],
  documentChunk: ['content_block_location', 'start_block_index', 'end_block_index'],
};

/** A citation of Converse as a citation of Anthropic's. */
export function toCitation(citation: JsonObject): JsonObject {
  const location = asObject(citation['location']) ?? {};
  const { title, source } = citation;
  const cited_text = asArray(citation['sourceContent'])
    .map((piece) => asObject(piece)?.['text'])
    .filter((text) => typeof text === 'string')
    .join('');
  const web = asObject(location['web']);
  if (web !== undefined) {
    const { url, domain } = web;
    const type = 'web_search_result_location';
    return defined({
      type,
      url,
      title: title ?? domain,
      cited_text,
      encrypted_index: madeHereMark,
    });
  }
  const found = asObject(location['searchResultLocation']);
  if (found !== undefined)
    return defined({
      type: 'search_result_location',
      source,
      title,
      cited_text,
      search_result_index: found['searchResultIndex'],
      start_block_index: found['start'],
      end_block_index: found['end'],
    });
  const kind = Object.keys(places).find((name) => asObject(location[name]) !== undefined);
  const place = asObject(location[kind ?? '']) ?? {};
  const [type, start, end] = places[kind ?? ''] ?? ['char_location', 'start', 'end'];
  return defined({
    type,
    cited_text,
    document_index: place['documentIndex'],
    document_title: title,
    [start]: place['start'],
    [end]: place['end'],
  });
}
