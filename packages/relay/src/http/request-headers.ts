import type { IncomingHttpHeaders } from 'node:http';

/** A client's credentials as presented: the key without prefix, and the channel that its suffix asks for. */
export interface PresentedKey {
  key: string;
  pinnedChannel: string | undefined;
}

/** Where a key may be, first match wins. An empty one counts as none: some clients always send the header. */
const places = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

/**
 * The key from `Authorization` (with or without `Bearer`), `x-api-key`, `api-key` or `x-goog-api-key`; `sk-` is optional.
 * Undefined where none was sent.
 */
export function readPresentedKey(headers: IncomingHttpHeaders): PresentedKey | undefined {
  for (const place of places) {
    const raw = first(headers[place]);
    const key = raw === undefined ? undefined : parsePresentedKey(raw);
    if (key !== undefined) return key;
  }
  return undefined;
}

/**
 * A key as somebody presents it, with at most a channel after it; undefined where nothing is left of it. With more than that
 * the whole text counts as the key, which nobody has: a part that did nothing would be believed to do something.
 */
export function parsePresentedKey(raw: string): PresentedKey | undefined {
  let text = raw.trim();
  if (/^bearer(\s|$)/i.test(text)) text = text.slice('bearer'.length).trim();
  if (text.startsWith('sk-')) text = text.slice('sk-'.length);
  if (text === '') return undefined;
  const dash = text.indexOf('-');
  if (dash === -1) return { key: text, pinnedChannel: undefined };
  const [pinnedChannel, ...others] = text.slice(dash + 1).split('-');
  if (others.some((part) => part !== '')) return { key: text, pinnedChannel: undefined };
  return { key: text.slice(0, dash), pinnedChannel: emptyToUndefined(pinnedChannel) };
}

function emptyToUndefined(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** The client's own `x-request-id`, if it is short and printable; it is only logged. */
export function readClientRequestId(headers: IncomingHttpHeaders): string | undefined {
  const id = first(headers['x-request-id']);
  return id !== undefined && /^[\x21-\x7e]{1,128}$/.test(id) ? id : undefined;
}

export function prefersChinese(headers: IncomingHttpHeaders): boolean {
  return headers['accept-language']?.toLowerCase().startsWith('zh') ?? false;
}

function first(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
