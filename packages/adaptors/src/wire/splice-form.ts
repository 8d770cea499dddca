import type { FormBody } from './multipart-scanner.ts';

/** A piece of an edited form: bytes of the original body, or new ones. */
export type FormSegment = { start: number; end: number } | Buffer;

export interface SplicedForm {
  segments: readonly FormSegment[];
  byteLength: number;
}

/**
 * Gives fields of a form other values, wherever its bytes are kept. Every occurrence is replaced, so that all readers see
 * the same; absent fields are added as the last parts.
 *
 * @param values name → value
 */
export function setFormFields(form: FormBody, values: ReadonlyMap<string, string>): SplicedForm {
  const segments: FormSegment[] = [];
  const absent = new Map(values);
  let offset = 0;
  const keepUntil = (end: number): void => {
    if (end > offset) segments.push({ start: offset, end });
  };
  for (const part of form.parts) {
    const value = values.get(part.name);
    if (value === undefined) continue;
    absent.delete(part.name);
    keepUntil(part.valueStart);
    segments.push(Buffer.from(value));
    offset = part.valueEnd;
  }
  if (absent.size > 0) {
    keepUntil(form.closeStart);
    segments.push(Buffer.from(newParts(form, absent)));
    offset = form.closeStart;
  }
  keepUntil(form.byteLength);
  return { segments, byteLength: segments.reduce((sum, piece) => sum + lengthOf(piece), 0) };
}

/** Each as its predecessor is closed: by a line break in front, and the last by one behind where there was none. */
function newParts({ boundary, closeStart }: FormBody, values: ReadonlyMap<string, string>): string {
  const parts = [...values].map(
    ([name, value]) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}`,
  );
  const lineBreak = closeStart === 0 ? '' : '\r\n';
  return `${lineBreak}${parts.join('\r\n')}${closeStart === 0 ? '\r\n' : ''}`;
}

function lengthOf(segment: FormSegment): number {
  return Buffer.isBuffer(segment) ? segment.length : segment.end - segment.start;
}
