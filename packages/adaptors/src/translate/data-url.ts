/** The inside of a data URL; `mime` is lower case and without parameters. */
export interface DataUrl {
  mime: string;
  base64: string;
}

/** Undefined where the text is no data URL in base64. The data is a slice: nothing is decoded or copied. */
export function parseDataUrl(url: string): DataUrl | undefined {
  if (!url.startsWith('data:')) return undefined;
  const comma = url.indexOf(',');
  if (comma < 0) return undefined;
  const [type = '', ...parameters] = url.slice('data:'.length, comma).split(';');
  if (!parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64'))
    return undefined;
  return { mime: type.trim().toLowerCase(), base64: url.slice(comma + 1) };
}

export function toDataUrl(mime: string, base64: string): string {
  return `data:${mime};base64,${base64}`;
}
