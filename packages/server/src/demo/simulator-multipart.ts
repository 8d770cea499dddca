/** One part of a form: a text field, or a file. */
export interface FormPart {
  name: string;
  /** Undefined: a text field. */
  filename: string | undefined;
  content: Buffer;
}

/**
 * Splits a form that is whole in memory, as the simulated provider gets it.
 *
 * @throws `SyntaxError` without a boundary, or where the closing one is missing
 */
export function parseForm(contentType: string, bytes: Buffer): readonly FormPart[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new SyntaxError('multipart without a boundary');
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: FormPart[] = [];
  let start = bytes.indexOf(delimiter);
  for (;;) {
    const next = start < 0 ? -1 : bytes.indexOf(delimiter, start + delimiter.length);
    if (next < 0) break;
    // A part begins behind the delimiter's line end and ends before the line end of the next delimiter.
    parts.push(parsePart(bytes.subarray(start + delimiter.length + 2, next - 2)));
    start = next;
  }
  const isClosed =
    start >= 0 && bytes.subarray(start + delimiter.length).toString('latin1', 0, 2) === '--';
  if (!isClosed) throw new SyntaxError('multipart that is not closed');
  return parts;
}

function parsePart(bytes: Buffer): FormPart {
  const headEnd = Math.max(0, bytes.indexOf('\r\n\r\n'));
  const head = bytes.subarray(0, headEnd).toString('utf8');
  return {
    name: /\bname="([^"]*)"/i.exec(head)?.[1] ?? '',
    filename: /\bfilename="([^"]*)"/i.exec(head)?.[1],
    content: bytes.subarray(headEnd + 4),
  };
}
