import type { MediaPart, Part } from '@turnpike/core';
import type { ChatTraits } from '../../codec.ts';
import { toDataUrl } from '../../translate/data-url.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { isWebAddress } from '../needs-inline-media.ts';

export interface ContentContext {
  traits: ChatTraits;
  losses: LossList;
  /** Where the parts are, for the losses. */
  at: string;
}

/**
 * Parts of a user's message as content: plain text where it is nothing else, because every upstream takes that.
 *
 * @returns undefined where nothing is left
 */
export function encodeContent(
  parts: readonly Part[],
  context: ContentContext,
): string | readonly JsonObject[] | undefined {
  const encoded = parts.flatMap((part) => encodePart(part, context));
  const [first] = encoded;
  if (first === undefined) return undefined;
  const isPlain = (part: JsonObject): boolean =>
    part['type'] === 'text' && Object.keys(part).length === 2;
  if (encoded.length === 1 && isPlain(first)) return String(first['text']);
  if (context.traits.isTextOnly === true) {
    return encoded.map(({ text }) => String(text)).join('\n');
  }
  return encoded;
}

function encodePart(part: Part, context: ContentContext): JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === ''
        ? []
        : [{ type: 'text', text: part.text, ...cacheMark(part, context) }];
    case 'media':
      return encodeMedia(part, context);
    case 'provider-item':
      if (part.family === 'openai-chat') return [part.raw as JsonObject];
      context.losses.add('fatal', 'dropped', context.at, `a part of kind ${part.itemType}`);
      return [];
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return [];
  }
}

function cacheMark({ cache }: Part, { traits, losses, at }: ContentContext): JsonObject {
  if (cache === undefined) return {};
  if (traits.takesCacheMarks === true) {
    return { cache_control: defined({ type: 'ephemeral', ttl: cache.ttl }) };
  }
  losses.add('warn', 'dropped', `${at}.cache`, 'this upstream has no cache marks');
  return {};
}

function encodeMedia(part: MediaPart, context: ContentContext): JsonObject[] {
  const { traits } = context;
  const { text } = part.source;
  if (text !== undefined) return [{ type: 'text', text: titled(part, text) }];
  if (traits.isTextOnly === true) return lose(part, context, 'this upstream takes text only');
  const mark = cacheMark(part, context);
  switch (part.media) {
    case 'image':
      return withMark(encodeImage(part, context), mark);
    case 'audio':
      return withMark(encodeAudio(part, context), mark);
    case 'video': {
      const url = addressOf(part, 'video/mp4');
      if (url === undefined) return lose(part, context, 'stored video of another account');
      return withMark([{ type: 'video_url', video_url: { url } }], mark);
    }
    case 'document':
    case 'file':
      return withMark(encodeFile(part, context), mark);
  }
}

function withMark(parts: JsonObject[], mark: JsonObject): JsonObject[] {
  return parts.map((part) => ({ ...part, ...mark }));
}

function addressOf({ source, mime }: MediaPart, fallback: string): string | undefined {
  return source.base64 === undefined ? source.url : toDataUrl(mime ?? fallback, source.base64);
}

function encodeImage(part: MediaPart, context: ContentContext): JsonObject[] {
  const url = addressOf(part, 'image/png');
  if (url === undefined) return lose(part, context, 'a stored picture of another account');
  noteRemoteImage(part, context);
  return [{ type: 'image_url', image_url: defined({ url, detail: part.detail }) }];
}

/** A picture by address stays as it came, for which this upstream refuses the request: unless somebody fetches it first. */
export function noteRemoteImage(part: Part, { traits, losses, at }: ContentContext): void {
  if (traits.needsInlineMedia !== true || part.kind !== 'media' || part.media !== 'image') return;
  const { base64, url } = part.source;
  if (base64 === undefined && url !== undefined && isWebAddress(url))
    losses.addRemote(at, 'this upstream takes no pictures by address', url, true);
}

function encodeAudio(part: MediaPart, context: ContentContext): JsonObject[] {
  const { base64 } = part.source;
  if (base64 === undefined) return lose(part, context, 'audio that is not in the request');
  const kind = part.mime?.slice(part.mime.indexOf('/') + 1) ?? 'wav';
  const format = kind === 'mpeg' ? 'mp3' : kind.replace(/^x-/, '');
  return [{ type: 'input_audio', input_audio: { data: base64, format } }];
}

function encodeFile(part: MediaPart, context: ContentContext): JsonObject[] {
  const { source, mime = 'application/pdf' } = part;
  if (source.base64 !== undefined) {
    if (mime.startsWith('text/')) {
      const text = Buffer.from(source.base64, 'base64').toString('utf8');
      return [{ type: 'text', text: titled(part, text) }];
    }
    const filename = part.filename ?? part.title ?? 'document.pdf';
    return [{ type: 'file', file: { filename, file_data: toDataUrl(mime, source.base64) } }];
  }
  const isOwn = part.origin?.family === 'openai-chat';
  if (source.fileId !== undefined && isOwn) return [part.origin?.raw ?? {}];
  if (source.url !== undefined)
    return loseRemote(part, context, 'a document that is not in the request', source.url);
  return lose(part, context, 'a document that is not in the request');
}

/** A document in words, with what tells it from what the user said. */
function titled({ title, filename, context }: MediaPart, text: string): string {
  const name = title ?? filename;
  const lines = [name === undefined ? undefined : `[document: ${name}]`, context, text];
  return lines.filter((line) => line !== undefined).join('\n');
}

function loseRemote(
  part: MediaPart,
  { losses, at }: ContentContext,
  note: string,
  url: string,
): JsonObject[] {
  losses.addRemote(`${at}.${part.media}`, note, url);
  return [];
}

function lose(part: MediaPart, { losses, at }: ContentContext, note: string): JsonObject[] {
  losses.add('fatal', 'dropped', `${at}.${part.media}`, note);
  return [];
}
