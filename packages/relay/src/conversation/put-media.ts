import type { CanonicalRequest, MediaPart, Part } from '@turnpike/core';
import type { FetchedMedia } from '../upstream/fetch-media.ts';

/** Puts the content of files into the places of their addresses. The same request comes back where nothing was fetched. */
export function putMedia(
  request: CanonicalRequest,
  media: ReadonlyMap<string, FetchedMedia> | undefined,
): CanonicalRequest {
  if (media === undefined || media.size === 0) return request;
  const turns = request.turns.map((turn) => {
    const parts = turn.parts.map((part) => putInto(part, media));
    if (parts.every((part, at) => part === turn.parts[at])) return turn;
    const { origin: _, ...rest } = turn;
    return { ...rest, parts };
  });
  return { ...request, turns };
}

function putInto(part: Part, media: ReadonlyMap<string, FetchedMedia>): Part {
  if (part.kind === 'tool-result') {
    const content = part.content.map((inner) => putInto(inner, media));
    if (content.every((inner, at) => inner === part.content[at])) return part;
    const { origin: _, ...rest } = part;
    return { ...rest, content };
  }
  if (part.kind !== 'media' || part.source.url === undefined) return part;
  const fetched = media.get(part.source.url);
  return fetched === undefined ? part : toInline(part, fetched);
}

/** It is not emitted as it once stood. */
function toInline({ origin: _, ...part }: MediaPart, { mime, base64 }: FetchedMedia): MediaPart {
  return { ...part, mime, source: { base64 } };
}
