import type { Annotation, JsonRecord } from '@turnpike/core';

/** A source as this protocol writes it; `loss` where it could only be approximated. */
export function encodeAnnotation(annotation: Annotation): {
  annotation: JsonRecord;
  loss?: string;
} {
  const { kind, url, title, fileId, start, end, origin } = annotation;
  if (origin?.family === 'openai-responses') return { annotation: origin.raw };
  if (kind === 'file' && fileId !== undefined) {
    return {
      annotation: {
        type: 'file_citation',
        file_id: fileId,
        filename: title ?? '',
        index: end ?? 0,
      },
    };
  }
  return {
    annotation: {
      type: 'url_citation',
      url: url ?? '',
      title: title ?? '',
      start_index: start ?? 0,
      end_index: end ?? 0,
    },
    ...(kind !== 'url' && { loss: 'a source without an address is shown as one' }),
  };
}
