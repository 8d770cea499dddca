import { errors } from '@turnpike/core';

export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';

/** One member of the root object. Offsets are bytes into the body; ends are exclusive; the key's quotes are included. */
export interface JsonMember {
  /** With escapes decoded: `"mod\u0065l"` is `model`. */
  key: string;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  kind: JsonKind;
}

/** What a body carries besides text, counted wherever it is nested. Bytes are those of the encoded form. */
export interface MediaCounts {
  inlineImages: number;
  inlineImageBytes: number;
  inlineAudioBytes: number;
  /** Documents, video and everything else that came as a data URL. */
  inlineFileBytes: number;
  /** Things named by address or stored id: their size is unknown here. */
  remote: number;
}

/** Decodes the JSON string whose quotes are at `start` and `end - 1`. */
export function readString(body: Buffer, start: number, end: number): string {
  const text = body.toString('utf8', start + 1, end - 1);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch (cause) {
    throw errors.invalidJson({ reason: `a string at byte ${start} has a bad escape` }, { cause });
  }
}

/** Keys of nearly every request and answer: to compare their bytes is quicker than to decode them. */
const commonKeys = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'temperature',
  'max_tokens',
  'tools',
  'user',
  'id',
  'object',
  'created',
  'choices',
  'usage',
  'data',
  'output',
  'error',
  'service_tier',
  'system_fingerprint',
];

const commonByLength: string[][] = [];
for (const key of commonKeys) (commonByLength[key.length] ??= []).push(key);

/** As {@link readString}, for keys. */
export function readKey(body: Buffer, start: number, end: number): string {
  const candidates = commonByLength[end - start - 2];
  if (candidates !== undefined) {
    for (const key of candidates) if (isText(body, start + 1, key)) return key;
  }
  return readString(body, start, end);
}

/** Whether the ASCII text is at the offset. */
export function isText(body: Buffer, offset: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (body[offset + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
