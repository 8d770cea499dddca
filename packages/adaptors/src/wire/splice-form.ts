import type { FormBody } from './multipart-scanner.ts';

/** A piece of an edited form: bytes of the original body, or new ones. */
export type FormSegment = { start: number; end: number } | Buffer;

export interface SplicedForm {
  segments: readonly FormSegment[];
  byteLength: number;
}

/**
 * Gives one field of a form another value, wherever its bytes are kept. Every occurrence is replaced, so that all
 * readers see the same; an absent field is added as the last part.
 */
export function setFormField(form: FormBody, name: string, value: string): SplicedForm {
  const segments: FormSegment[] = [];
  let offset = 0;
  const keepUntil = (end: number): void => {
    if (end > offset) segments.push({ start: offset, end });
  };
  for (const part of form.parts) {
    if (part.name !== name) continue;
    keepUntil(part.valueStart);
    segments.push(Buffer.from(value));
    offset = part.valueEnd;
  }
  if (segments.length === 0) {
    keepUntil(form.closeStart);
    segments.push(Buffer.from(newPart(form, name, value)));
    offset = form.closeStart;
  }
  keepUntil(form.byteLength);
  return { segments, byteLength: segments.reduce((sum, piece) => sum + lengthOf(piece), 0) };
}

function newPart({ boundary, closeStart }: FormBody, name: string, value: string): string {
  const lineBreak = closeStart === 0 ? '' : '\r\n';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n`;
  return `${lineBreak}${head}${value}${closeStart === 0 ? '\r\n' : ''}`;
}

function lengthOf(segment: FormSegment): number {
  return Buffer.isBuffer(segment) ? segment.length : segment.end - segment.start;
}
