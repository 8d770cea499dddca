import { isText } from './json-member.ts';

/** How encoded files begin, by the bytes that their formats begin with. */
const beginnings: readonly (readonly [text: string, kind: 'image' | 'file'])[] = [
  ['iVBOR', 'image'], // PNG
  ['/9j/', 'image'], // JPEG
  ['R0lG', 'image'], // GIF
  ['JVBER', 'file'], // PDF
];

/** What base64 without a type of its own holds: protocols that name the type name it beside the data. */
export function sniffBase64(bytes: Buffer, start: number): 'image' | 'audio' | 'file' {
  const found = beginnings.find(([text]) => isText(bytes, start, text));
  if (found !== undefined) return found[1];
  // WebP and WAV begin alike; their names stand behind the length.
  return isText(bytes, start, 'UklG') && isText(bytes, start + 12, 'RUJQ') ? 'image' : 'audio';
}
