import { isUtf8 } from 'node:buffer';
import { errors, type GatewayError } from '@turnpike/core';
import {
  isText,
  readKey,
  type JsonKind,
  type JsonMember,
  type MediaCounts,
} from './json-member.ts';
import { sniffBase64 } from './sniff-base64.ts';

/** Deeper bodies are refused: no honest request is, and upstream parsers differ in where they give up. */
const maxDepth = 512;
/** Top-level members are listed, so their number is bounded. */
const maxMembers = 4096;

/** A string is searched byte by byte this far before the native search takes over: most are shorter. */
const nearBytes = 32;
/** Strings from this size under a `data` key are encoded media, not words. */
const longBytes = 256;

const OBJECT = 1;
const ARRAY = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Of the one scan that is under way: a scan is synchronous and never starts another. */
const stack = new Uint8Array(maxDepth);

export interface ScannedObject {
  members: JsonMember[];
  openEnd: number;
  media: MediaCounts;
}

/** One iterative pass over the bytes of a JSON object. Used once. */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #media: MediaCounts = {
    inlineImages: 0,
    inlineImageBytes: 0,
    inlineAudioBytes: 0,
    inlineFileBytes: 0,
    remote: 0,
  };
  #keyStart = 0;
  #keyEnd = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  scanObject(): ScannedObject {
    const bytes = this.#bytes;
    if (bytes.length === 0) throw errors.invalidJson({ reason: 'it is empty' });
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
      throw errors.invalidJson({ reason: 'it begins with a byte-order mark' });
    }
    let offset = this.#skipSpace(0);
    if (bytes[offset] !== OPEN_OBJECT) throw this.#unexpected('an object', offset);
    const openEnd = offset + 1;
    const members: JsonMember[] = [];
    offset = this.#skipSpace(openEnd);
    if (bytes[offset] === CLOSE_OBJECT) offset++;
    else offset = this.#scanMembers(offset, members);

    offset = this.#skipSpace(offset);
    if (offset < bytes.length) throw this.#unexpected('the end', offset);
    if (!isUtf8(bytes)) throw errors.invalidJson({ reason: 'it is not valid UTF-8' });
    return { members, openEnd, media: this.#media };
  }

  #scanMembers(start: number, members: JsonMember[]): number {
    const bytes = this.#bytes;
    let offset = start;
    for (;;) {
      if (members.length === maxMembers) {
        throw errors.invalidJson({ reason: `it has more than ${maxMembers} members` });
      }
      const valueStart = this.#skipKey(offset);
      const keyStart = this.#keyStart;
      const keyEnd = this.#keyEnd;
      const valueEnd = this.#skipValue(valueStart);
      members.push({
        key: readKey(bytes, keyStart, keyEnd),
        keyStart,
        keyEnd,
        valueStart,
        valueEnd,
        kind: kindOf(bytes[valueStart]),
      });
      offset = this.#skipSpace(valueEnd);
      if (bytes[offset] === CLOSE_OBJECT) return offset + 1;
      if (bytes[offset] !== COMMA) throw this.#unexpected("',' or '}'", offset);
      offset = this.#skipSpace(offset + 1);
    }
  }

  /** From a value's first byte to behind its last. Keeps its own stack: a deep body cannot overflow ours. */
  #skipValue(start: number): number {
    const bytes = this.#bytes;
    let offset = start;
    let depth = 0;
    for (;;) {
      const byte = bytes[offset];
      if (byte === QUOTE) {
        const end = this.#skipString(offset);
        this.#noteMedia(offset, end);
        offset = end;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        const inner = this.#skipSpace(offset + 1);
        if (bytes[inner] !== (byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          // The root object is the first level.
          if (depth === maxDepth - 1) {
            throw errors.invalidJson({ reason: `it is nested deeper than ${maxDepth} levels` });
          }
          stack[depth++] = byte === OPEN_OBJECT ? OBJECT : ARRAY;
          offset = byte === OPEN_OBJECT ? this.#skipKey(inner) : inner;
          continue;
        }
        offset = inner + 1;
      } else {
        offset = this.#skipScalar(offset, byte);
      }

      for (;;) {
        if (depth === 0) return offset;
        offset = this.#skipSpace(offset);
        const isObject = stack[depth - 1] === OBJECT;
        const next = bytes[offset];
        if (next === COMMA) {
          offset = this.#skipSpace(offset + 1);
          if (isObject) offset = this.#skipKey(offset);
          break;
        }
        if (next !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          throw this.#unexpected(isObject ? "',' or '}'" : "',' or ']'", offset);
        }
        offset++;
        depth--;
      }
    }
  }

  /** From a key's quote to the first byte of its value. */
  #skipKey(start: number): number {
    if (this.#bytes[start] !== QUOTE) throw this.#unexpected('a key in double quotes', start);
    const end = this.#skipString(start);
    this.#keyStart = start;
    this.#keyEnd = end;
    const colon = this.#skipSpace(end);
    if (this.#bytes[colon] !== COLON) throw this.#unexpected("':'", colon);
    return this.#skipSpace(colon + 1);
  }

  #skipString(start: number): number {
    const bytes = this.#bytes;
    const { length } = bytes;
    let offset = start + 1;
    for (;;) {
      const near = Math.min(offset + nearBytes, length);
      while (offset < near) {
        const byte = bytes[offset];
        if (byte === QUOTE) return offset + 1;
        offset += byte === BACKSLASH ? 2 : 1;
      }
      const quote = bytes.indexOf(QUOTE, offset);
      if (quote < 0) throw this.#unclosed(start);
      let back = quote - 1;
      while (back >= offset && bytes[back] === BACKSLASH) back--;
      if (((quote - back) & 1) === 1) return quote + 1;
      offset = quote + 1;
    }
  }

  #skipScalar(start: number, byte: number | undefined): number {
    if (byte === 0x74) return this.#skipWord(start, 'true');
    if (byte === 0x66) return this.#skipWord(start, 'false');
    if (byte === 0x6e) return this.#skipWord(start, 'null');
    return this.#skipNumber(start);
  }

  #skipWord(start: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.#bytes[start + index] !== word.charCodeAt(index)) {
        throw this.#unexpected('a value', start);
      }
    }
    return start + word.length;
  }

  #skipNumber(start: number): number {
    const bytes = this.#bytes;
    let offset = bytes[start] === 0x2d ? start + 1 : start;
    if (bytes[offset] === 0x30) offset++;
    else offset = this.#skipDigits(offset, start);
    if (bytes[offset] === 0x2e) offset = this.#skipDigits(offset + 1, start);
    if (bytes[offset] === 0x65 || bytes[offset] === 0x45) {
      offset++;
      if (bytes[offset] === 0x2b || bytes[offset] === 0x2d) offset++;
      offset = this.#skipDigits(offset, start);
    }
    return offset;
  }

  #skipDigits(from: number, start: number): number {
    const bytes = this.#bytes;
    let offset = from;
    for (;;) {
      const byte = bytes[offset] ?? 0;
      if (byte < 0x30 || byte > 0x39) break;
      offset++;
    }
    if (offset === from) throw this.#unexpected('a value', start);
    return offset;
  }

  /** Most bodies have no space between their tokens. */
  #skipSpace(start: number): number {
    const byte = this.#bytes[start];
    return byte !== undefined && byte > 0x20 ? start : this.#skipSpaces(start);
  }

  #skipSpaces(start: number): number {
    const bytes = this.#bytes;
    let offset = start;
    for (;;) {
      const byte = bytes[offset];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return offset;
      offset++;
    }
  }

  /** Counts a string that is a data URL, raw base64 under `data`, or the address or id of something remote. */
  #noteMedia(start: number, end: number): void {
    const bytes = this.#bytes;
    const first = bytes[start + 1];
    if (first === 0x64 && isText(bytes, start + 1, 'data:')) {
      if (this.#isMediaKey()) this.#noteInline(kindOfMime(bytes[start + 6]), end - start);
    } else if (first === 0x68 && isText(bytes, start + 1, 'http')) {
      if (this.#isMediaKey()) this.#media.remote++;
    } else if (this.#isKey('file_id') || this.#isKey('fileUri')) {
      this.#media.remote++;
    } else if (end - start > longBytes && this.#isKey('data')) {
      this.#noteInline(sniffBase64(bytes, start + 1), end - start);
    }
  }

  #noteInline(kind: 'image' | 'audio' | 'file', byteLength: number): void {
    const media = this.#media;
    if (kind === 'image') {
      media.inlineImages++;
      media.inlineImageBytes += byteLength;
    } else if (kind === 'audio' && byteLength > longBytes) {
      media.inlineAudioBytes += byteLength;
    } else {
      media.inlineFileBytes += byteLength;
    }
  }

  #isMediaKey(): boolean {
    return mediaKeys.has(this.#bytes.toString('latin1', this.#keyStart + 1, this.#keyEnd - 1));
  }

  #isKey(name: string): boolean {
    return (
      this.#keyEnd - this.#keyStart === name.length + 2 &&
      isText(this.#bytes, this.#keyStart + 1, name)
    );
  }

  #unclosed(start: number): GatewayError {
    return errors.invalidJson({ reason: `a string that begins at byte ${start} is not closed` });
  }

  #unexpected(wanted: string, offset: number): GatewayError {
    const byte = this.#bytes[offset];
    return errors.invalidJson({
      reason:
        byte === undefined
          ? `${wanted} was expected, but it ends at byte ${offset}`
          : `${wanted} was expected at byte ${offset}, not ${nameByte(byte)}`,
    });
  }
}

const mediaKeys: ReadonlySet<string> = new Set([
  'url',
  'image_url',
  'video_url',
  'audio_url',
  'file_url',
  'fileUri',
  'file_uri',
  'file_data',
  'data',
  'image',
]);

/** By the first letter of a MIME type. */
function kindOfMime(letter: number | undefined): 'image' | 'audio' | 'file' {
  if (letter === 0x69) return 'image';
  return letter === 0x61 ? 'audio' : 'file';
}

function kindOf(byte: number | undefined): JsonKind {
  switch (byte) {
    case QUOTE:
      return 'string';
    case OPEN_OBJECT:
      return 'object';
    case OPEN_ARRAY:
      return 'array';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

function nameByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `byte value ${byte}`;
}
