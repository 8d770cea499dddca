import type { MediaPart, Part } from '@turnpike/core';
import { parseDataUrl } from '../../translate/data-url.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { refuse } from './refuse.ts';

const family = 'openai-chat';

/**
 * The parts of a message's content: text, a list of parts, or nothing. Parts of a kind that is not known here are kept for
 * upstreams of the same family.
 *
 * @param at where it is, for the error
 * @throws `invalid_request` where it is neither text nor a list
 */
export function decodeContent(content: unknown, at: string): Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) throw refuse(at, 'must be text or a list', '必须是文本或列表');
  return content.map((raw, index) => decodePart(raw, `${at}[${index}]`));
}

function decodePart(value: unknown, at: string): Part {
  if (typeof value === 'string') return { kind: 'text', text: value };
  const raw = asObject(value);
  if (raw === undefined) throw refuse(at, 'must be an object', '必须是对象');
  const part = decodeKnownPart(raw) ?? toProviderItem(raw);
  const cache = readCacheMark(raw);
  return { ...part, ...(cache !== undefined && { cache }), origin: { family, raw } };
}

function decodeKnownPart(raw: JsonObject): Part | undefined {
  switch (raw['type']) {
    case 'text':
    case 'input_text':
    case 'output_text':
    case undefined:
      return typeof raw['text'] === 'string' ? { kind: 'text', text: raw['text'] } : undefined;
    case 'refusal':
      return typeof raw['refusal'] === 'string'
        ? { kind: 'refusal', text: raw['refusal'] }
        : undefined;
    case 'image_url':
      return decodeUrlPart('image', raw['image_url'], 'image/png');
    case 'video_url':
      return decodeUrlPart('video', raw['video_url'], 'video/mp4');
    case 'audio_url':
      return decodeUrlPart('audio', raw['audio_url'], 'audio/mpeg');
    case 'input_audio':
      return decodeAudio(asObject(raw['input_audio']));
    case 'file':
      return decodeFile(asObject(raw['file']));
    case 'thinking':
      return { kind: 'reasoning', text: textOfThinking(raw['thinking']) };
    default:
      return undefined;
  }
}

function toProviderItem(raw: JsonObject): Part {
  return { kind: 'provider-item', family, itemType: asText(raw['type']) ?? 'part', raw };
}

/** Media that is named by an address: `{ url }`, or the address itself, as some clients write it. */
function decodeUrlPart(
  media: MediaPart['media'],
  value: unknown,
  defaultMime: string,
): Part | undefined {
  const holder = asObject(value);
  const url = asText(holder?.['url'] ?? value);
  if (url === undefined) return undefined;
  const data = parseDataUrl(url);
  // Some clients have no other place for a document than a picture's.
  const kind = data?.mime === 'application/pdf' ? 'document' : media;
  return defined({
    kind: 'media' as const,
    media: kind,
    mime: data === undefined ? undefined : toMime(data.mime, defaultMime),
    source: data === undefined ? { url } : { base64: data.base64 },
    detail: asText(holder?.['detail']),
  });
}

function toMime(mime: string, fallback: string): string {
  if (mime === '') return fallback;
  return mime === 'image/jpg' ? 'image/jpeg' : mime;
}

const audioMimes: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
};

function decodeAudio(audio: JsonObject | undefined): Part | undefined {
  const base64 = asText(audio?.['data']);
  if (base64 === undefined) return undefined;
  const format = asText(audio?.['format']) ?? 'wav';
  return {
    kind: 'media',
    media: 'audio',
    mime: audioMimes[format] ?? `audio/${format}`,
    source: { base64 },
  };
}

function decodeFile(file: JsonObject | undefined): Part | undefined {
  const filename = asText(file?.['filename']);
  const fileId = asText(file?.['file_id']);
  const data = asText(file?.['file_data']);
  if (data === undefined) {
    return fileId === undefined
      ? undefined
      : { kind: 'media', media: 'file', source: { fileId }, ...(filename && { filename }) };
  }
  const url = parseDataUrl(data);
  const isRemote = url === undefined && /^https?:\/\//.test(data);
  const mime = url?.mime ?? mimeOfName(filename);
  return defined({
    kind: 'media' as const,
    media:
      mime === 'application/pdf' || mime.startsWith('text/')
        ? ('document' as const)
        : ('file' as const),
    mime: isRemote ? undefined : mime,
    source: isRemote ? { url: data } : { base64: url?.base64 ?? data },
    filename,
  });
}

function mimeOfName(filename = ''): string {
  if (/\.(?:txt|md|csv|log)$/i.test(filename)) return 'text/plain';
  return 'application/pdf';
}

function textOfThinking(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return asArray(thinking)
    .map((piece) => asText(asObject(piece)?.['text']) ?? '')
    .join('');
}

/** Anthropic's mark, which many chat clients send, or OpenAI's own. */
export function readCacheMark(raw: JsonObject): { ttl?: string } | undefined {
  const mark = asObject(raw['cache_control']) ?? asObject(raw['prompt_cache_breakpoint']);
  if (mark === undefined) return undefined;
  const ttl = asText(mark['ttl']);
  return ttl === undefined ? {} : { ttl };
}
