import type { Annotation, JsonRecord, MediaPart, Part } from '@turnpike/core';
import { asObject, asObjects, asText } from '../../wire/json-object.ts';
import { parseDataUrl } from '../../translate/data-url.ts';

const family = 'openai-responses';

/** Decodes the content of a message or of a tool's output: text, or a list of parts. */
export function decodeContent(content: unknown): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return asObjects(content).map(decodePart);
}

function decodePart(raw: JsonRecord): Part {
  const cache = raw['prompt_cache_breakpoint'] === undefined ? {} : { cache: {} };
  return { ...decodeKind(raw), ...cache, origin: { family, raw } };
}

function decodeKind(raw: JsonRecord): Part {
  const itemType = asText(raw['type']) ?? '';
  switch (itemType) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return {
        kind: 'text',
        text: stringOf(raw['text']),
        ...(asObjects(raw['annotations']).length > 0 && {
          annotations: decodeAnnotations(raw['annotations']),
        }),
      };
    case 'refusal':
      return { kind: 'refusal', text: stringOf(raw['refusal']) };
    case 'input_image':
    case 'computer_screenshot':
      return decodeImage(raw);
    case 'input_file':
      return decodeFile(raw);
    case 'input_audio':
      return decodeAudio(raw);
    default:
      return { kind: 'provider-item', family, itemType, raw };
  }
}

function decodeImage(raw: JsonRecord): MediaPart {
  const { image_url: url, file_id: fileId, detail } = raw;
  return {
    kind: 'media',
    media: 'image',
    ...readSource(typeof url === 'string' ? url : asText(asObject(url)?.['url']), asText(fileId)),
    ...(typeof detail === 'string' && { detail }),
  };
}

function decodeFile(raw: JsonRecord): MediaPart {
  const filename = asText(raw['filename']);
  const data = asText(raw['file_data']);
  // Base64 without the `data:` in front of it is accepted by some servers, and sent by some clients.
  const inline = data === undefined || data.startsWith('data:') ? data : undefined;
  const read =
    data !== undefined && inline === undefined
      ? { source: { base64: data } }
      : readSource(inline ?? asText(raw['file_url']), asText(raw['file_id']));
  const mime = 'mime' in read ? read.mime : mimeOfName(filename);
  const isDocument = mime === undefined || mime === 'application/pdf' || mime.startsWith('text/');
  return {
    kind: 'media',
    media: isDocument ? 'document' : 'file',
    ...read,
    ...(mime !== undefined && { mime }),
    ...(filename !== undefined && { filename }),
  };
}

function decodeAudio(raw: JsonRecord): MediaPart {
  const audio = asObject(raw['input_audio']);
  return {
    kind: 'media',
    media: 'audio',
    mime: `audio/${asText(audio?.['format']) ?? 'wav'}`,
    source: { base64: stringOf(audio?.['data']) },
  };
}

function readSource(
  url: string | undefined,
  fileId: string | undefined,
): Pick<MediaPart, 'source' | 'mime'> {
  const data = url === undefined ? undefined : parseDataUrl(url);
  if (data !== undefined) return { source: { base64: data.base64 }, mime: data.mime };
  if (url !== undefined) return { source: { url } };
  return { source: fileId === undefined ? {} : { fileId } };
}

function mimeOfName(filename: string | undefined): string | undefined {
  return filename?.toLowerCase().endsWith('.pdf') === true ? 'application/pdf' : undefined;
}

/** Offsets are those of the protocol, which are of the part's own text. */
export function decodeAnnotations(annotations: unknown): Annotation[] {
  return asObjects(annotations).map(decodeAnnotation);
}

export function decodeAnnotation(raw: JsonRecord): Annotation {
  const { type, url, title, filename, file_id: fileId } = raw;
  const { start_index: start, end_index: end } = raw;
  const name = asText(title) ?? asText(filename);
  return {
    kind: type === 'url_citation' ? 'url' : asText(fileId) === undefined ? 'other' : 'file',
    ...(typeof url === 'string' && { url }),
    ...(name !== undefined && { title: name }),
    ...(typeof fileId === 'string' && { fileId }),
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    origin: { family, raw },
  };
}

/** Text as it is, the empty one too; empty for everything that is no text. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
