import type { JsonRecord, MediaPart, Part } from '@turnpike/core';
import { toDataUrl } from '../../translate/data-url.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { asText } from '../../wire/json-object.ts';
import { defined } from '../../wire/defined.ts';
import { encodeAnnotation } from './encode-annotation.ts';

export interface ContentContext {
  losses: LossList;
  /** Where the parts are, such as `turns[3]`. */
  at: string;
}

/** Parts of what a user, a system prompt or a tool says. What has no form here is left out and noted. */
export function encodeInputContent(parts: readonly Part[], context: ContentContext): JsonRecord[] {
  return parts.flatMap((part): JsonRecord[] => {
    const encoded = encodeInputPart(part, context);
    return encoded === undefined ? [] : [encoded];
  });
}

function encodeInputPart(part: Part, context: ContentContext): JsonRecord | undefined {
  const own = part.origin?.family === 'openai-responses' ? part.origin.raw : undefined;
  if (own !== undefined && isInputPart(own)) return own;
  if (part.cache !== undefined) {
    context.losses.add('warn', 'dropped', `${context.at}.cache`, 'caching is automatic here');
  }
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? undefined : { type: 'input_text', text: part.text };
    case 'media':
      return encodeMedia(part, context);
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
    case 'provider-item':
      context.losses.add('warn', 'dropped', context.at, `a part of kind ${part.kind}`);
      return undefined;
  }
}

function isInputPart(raw: JsonRecord): boolean {
  return asText(raw['type'])?.startsWith('input_') === true;
}

function encodeMedia(part: MediaPart, { losses, at }: ContentContext): JsonRecord | undefined {
  const { fileId } = part.source;
  // Ids belong to the vendor who gave them.
  const isElsewhere = fileId !== undefined && part.origin?.family.startsWith('openai-') !== true;
  const encoded = isElsewhere ? undefined : encodeKnownMedia(part);
  if (encoded === undefined) {
    const what = isElsewhere ? 'a file that another vendor keeps' : `media of kind ${part.media}`;
    losses.add('fatal', 'dropped', at, what);
  }
  return encoded;
}

function encodeKnownMedia(part: MediaPart): JsonRecord | undefined {
  const { source, mime } = part;
  switch (part.media) {
    case 'image': {
      const url = source.url ?? inline(source.base64, mime ?? 'image/png');
      if (url === undefined && source.fileId === undefined) return undefined;
      return defined({
        type: 'input_image',
        image_url: url,
        file_id: source.fileId,
        detail: part.detail ?? 'auto',
      });
    }
    case 'audio':
      if (source.base64 === undefined) return undefined;
      return {
        type: 'input_audio',
        input_audio: { data: source.base64, format: audioFormat(mime) },
      };
    case 'document':
    case 'file':
      return encodeFile(part);
    case 'video':
      return undefined;
  }
}

function encodeFile({ source, mime, filename, title, context }: MediaPart): JsonRecord | undefined {
  if (source.text !== undefined) {
    return {
      type: 'input_text',
      text: [title, context, source.text].filter((text) => text !== undefined).join('\n\n'),
    };
  }
  if (source.fileId !== undefined) return { type: 'input_file', file_id: source.fileId };
  if (source.url !== undefined) return { type: 'input_file', file_url: source.url };
  if (source.base64 === undefined) return undefined;
  const type = mime ?? 'application/pdf';
  return {
    type: 'input_file',
    // Without a name the file is refused.
    filename: filename ?? title ?? `document.${type.slice(type.lastIndexOf('/') + 1)}`,
    file_data: toDataUrl(type, source.base64),
  };
}

function inline(base64: string | undefined, mime: string): string | undefined {
  return base64 === undefined ? undefined : toDataUrl(mime, base64);
}

function audioFormat(mime: string | undefined): string {
  const format = mime?.slice(mime.lastIndexOf('/') + 1) ?? 'wav';
  return format === 'mpeg' ? 'mp3' : format.replace(/^x-/, '');
}

/** Content of a message of the model: what it said, or refused to. */
export function encodeOutputContent(parts: readonly Part[]): JsonRecord[] {
  return parts.flatMap((part) => {
    if (part.origin?.family === 'openai-responses') return [part.origin.raw];
    if (part.kind === 'refusal') return [{ type: 'refusal', refusal: part.text }];
    if (part.kind !== 'text' || part.text === '') return [];
    const annotations = (part.annotations ?? [])
      .filter(({ kind }) => kind !== 'other')
      .map((annotation) => encodeAnnotation(annotation).annotation);
    return [{ type: 'output_text', text: part.text, annotations }];
  });
}
