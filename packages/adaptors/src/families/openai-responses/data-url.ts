/** What a `data:` URL carries. */
export interface DataUrl {
  mime: string;
  base64: string;
}

/** Reads `data:<mime>[;…];base64,<data>`; undefined for every other address. The data is not decoded. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!url.startsWith('data:')) return undefined;
  const comma = url.indexOf(',');
  if (comma < 0 || !url.slice(0, comma).endsWith(';base64')) return undefined;
  const mime = url.slice('data:'.length, url.indexOf(';'));
  return { mime, base64: url.slice(comma + 1) };
}

export function toDataUrl(mime: string, base64: string): string {
  return `data:${mime};base64,${base64}`;
}
