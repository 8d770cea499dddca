import type { Annotation } from '@turnpike/core';
import type { JsonObject } from '../../wire/json-object.ts';

/**
 * Sources of a stretch of text. Only addresses have a form here.
 *
 * @param start where the text begins in the message's content
 * @param length of it; a source that does not say where it stands belongs to all of it
 */
export function encodeAnnotations(
  annotations: readonly Annotation[],
  start: number,
  length: number,
): JsonObject[] {
  return annotations.flatMap(({ kind, url, title, start: from, end }) =>
    kind !== 'url' || url === undefined
      ? []
      : [
          {
            type: 'url_citation',
            url_citation: {
              start_index: start + (from ?? 0),
              end_index: start + (end ?? length),
              title: title ?? '',
              url,
            },
          },
        ],
  );
}
