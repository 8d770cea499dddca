import type { MediaPart } from '@turnpike/core';

/** What a MIME type is of. Unknown ones are files. */
export function mediaKindOf(mime: string | undefined): MediaPart['media'] {
  const type = mime?.slice(0, mime.indexOf('/')).toLowerCase();
  if (type === 'image' || type === 'audio' || type === 'video') return type;
  return type === 'text' || mime === 'application/pdf' ? 'document' : 'file';
}

const mimeByExtension: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  aac: 'audio/aac',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
};

/** The MIME type that the end of an address or file name tells. */
export function mimeOfName(name: string): string | undefined {
  const extension = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(name)?.[1]?.toLowerCase();
  return extension === undefined ? undefined : mimeByExtension[extension];
}
