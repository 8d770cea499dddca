import type { JsonRecord, MediaPart, Part } from '@turnpike/core';
import { parseDataUrl } from '../../translate/data-url.ts';
import { isWebAddress, needsInlineMedia } from '../needs-inline-media.ts';
import type { EncodeContext } from './encode-context.ts';
import { mimeOfName } from './media-kind.ts';

/** A picture, recording or document as a part; undefined, with a loss, where this upstream cannot have it. */
export function encodeMedia(
  part: MediaPart,
  at: string,
  context: EncodeContext,
): JsonRecord | undefined {
  const { base64, url, fileId, text } = part.source;
  if (part.detail !== undefined && part.detail !== 'auto')
    context.losses.add('info', 'dropped', `${at}.detail`, 'the detail of a picture has no place');
  if (base64 !== undefined) return inline(mimeOf(part), base64);
  if (url !== undefined) return encodeAddress(part, url, at, context);
  if (text !== undefined) return { text: labelled(part, text) };
  context.losses.add(
    'fatal',
    'dropped',
    at,
    fileId === undefined
      ? 'a file without content'
      : 'a file that is stored with another provider is out of reach',
  );
  return undefined;
}

function encodeAddress(
  part: MediaPart,
  url: string,
  at: string,
  { losses, target }: EncodeContext,
): JsonRecord | undefined {
  const data = parseDataUrl(url);
  if (data !== undefined) return inline(data.mime || mimeOf(part), data.base64);
  if (needsInlineMedia('gemini', target.dialect, target.model) && !isGoogleAddress(url)) {
    losses.addRemote(at, noAddresses, url);
    return undefined;
  }
  const mimeType = part.mime ?? mimeOfName(url) ?? fallbackMimes[part.media];
  return { fileData: { ...(mimeType !== undefined && { mimeType }), fileUri: url } };
}

const noAddresses = 'this model takes no files by address';

/** What Google's own client names stays as it came, for which this model refuses the request: unless somebody fetches it first. */
export function noteRemoteMedia(part: Part, at: string, { losses, target }: EncodeContext): void {
  if (part.kind !== 'media' || part.source.url === undefined) return;
  const { url } = part.source;
  if (
    needsInlineMedia('gemini', target.dialect, target.model) &&
    isWebAddress(url) &&
    !isGoogleAddress(url)
  )
    losses.addRemote(at, noAddresses, url, true);
}

/** Stored with Google: its own files, buckets and films. */
export function isGoogleAddress(url: string): boolean {
  return /^(gs:\/\/|https:\/\/(generativelanguage\.googleapis\.com|(www\.)?youtube\.com|youtu\.be)\/)/.test(
    url,
  );
}

function inline(mimeType: string, data: string): JsonRecord {
  return { inlineData: { mimeType, data } };
}

const fallbackMimes: Readonly<Partial<Record<MediaPart['media'], string>>> = {
  image: 'image/jpeg',
  audio: 'audio/mp3',
  video: 'video/mp4',
  document: 'application/pdf',
};

function mimeOf({ mime, filename, media }: MediaPart): string {
  return (
    mime ??
    (filename === undefined ? undefined : mimeOfName(filename)) ??
    fallbackMimes[media] ??
    'application/octet-stream'
  );
}

function labelled({ title, filename }: MediaPart, text: string): string {
  const label = title ?? filename;
  return label === undefined ? text : `${label}\n\n${text}`;
}
