import { errors, type GatewayError } from '@turnpike/core';

/** One part of a form. Offsets are bytes into the whole body; ends are exclusive. */
export interface FormPart {
  name: string;
  /** Undefined for fields that are not files. */
  filename: string | undefined;
  contentType: string | undefined;
  valueStart: number;
  valueEnd: number;
  /** The text of a field of at most 64 KiB; undefined for files and larger fields. */
  value: string | undefined;
}

/** A form, without the bytes of its files. */
export interface FormBody {
  boundary: string;
  parts: readonly FormPart[];
  /** Offset of the delimiter that closes the form, its line break included. */
  closeStart: number;
  byteLength: number;
}

export interface MultipartLimits {
  maxFileBytes: number;
  maxParts: number;
}

const maxFieldBytes = 64 * 1024;
const maxHeaderBytes = 16 * 1024;
const headerEnd = Buffer.from('\r\n\r\n');
const noBytes = Buffer.alloc(0);

/**
 * Reads the delimiter out of a multipart content type.
 *
 * @throws `invalid_request` for another type, or none
 */
export function readBoundary(contentType: string | undefined): string {
  const type = contentType ?? '';
  const boundary = /^\s*multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const text = boundary?.[1] ?? boundary?.[2];
  if (text === undefined || text.length > 200) {
    throw bad('the content type must be multipart/form-data with a boundary');
  }
  return text;
}

/**
 * Finds the parts of a form while its bytes arrive, so that they can go to memory or to a file meanwhile. Only small
 * fields are kept.
 *
 * @throws `invalid_request` from `push` and `end` for a body that is no form; `request_too_large` for a file
 */
export class MultipartScanner {
  readonly #boundary: string;
  readonly #delimiter: Buffer;
  readonly #limits: MultipartLimits;
  readonly #parts: FormPart[] = [];
  #state: 'preamble' | 'delimiter' | 'headers' | 'value' | 'epilogue' = 'preamble';
  /** Bytes that may be the beginning of what is looked for next. */
  #carry: Buffer = Buffer.from('\r\n'); // The first delimiter has no line break before it.
  /** Offset in the body of the first carried byte. */
  #carryOffset = -2;
  #part: FormPart | undefined;
  #fieldBytes: Buffer[] | undefined;
  #closeStart = -1;

  constructor(boundary: string, limits: MultipartLimits) {
    this.#boundary = boundary;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    let offset = 0;
    for (;;) {
      const next = this.#step(bytes, offset);
      if (next === undefined) break;
      offset = next;
    }
    const kept = this.#keepFrom(bytes, offset);
    this.#carryOffset += kept;
    this.#carry = kept === bytes.length ? noBytes : Buffer.from(bytes.subarray(kept));
  }

  end(): FormBody {
    if (this.#state !== 'epilogue') {
      throw bad(
        this.#parts.length === 0 && this.#part === undefined
          ? 'it has no parts'
          : 'it ends before its closing boundary',
      );
    }
    return {
      boundary: this.#boundary,
      parts: this.#parts,
      closeStart: this.#closeStart,
      byteLength: this.#carryOffset + this.#carry.length,
    };
  }

  /** Goes on as far as one decision; undefined when more bytes are needed for it. */
  #step(bytes: Buffer, offset: number): number | undefined {
    switch (this.#state) {
      case 'preamble':
        return this.#skipPreamble(bytes, offset);
      case 'value':
        return this.#readValue(bytes, offset);
      case 'delimiter':
        return this.#readDelimiterEnd(bytes, offset);
      case 'headers':
        return this.#readHeaders(bytes, offset);
      case 'epilogue':
        return undefined;
    }
  }

  #skipPreamble(bytes: Buffer, offset: number): number | undefined {
    const at = bytes.indexOf(this.#delimiter, offset);
    if (at < 0) return undefined;
    this.#state = 'delimiter';
    return at;
  }

  #readValue(bytes: Buffer, offset: number): number | undefined {
    const at = bytes.indexOf(this.#delimiter, offset);
    // What may still be the start of a delimiter is left for the next chunk.
    const end = at < 0 ? Math.max(offset, bytes.length - this.#delimiter.length) : at;
    this.#takeValue(bytes.subarray(offset, end));
    if (at < 0) return end === offset ? undefined : end;
    this.#state = 'delimiter';
    return at;
  }

  /** Decides whether the delimiter at `offset` ends the form, begins a part, or is only like one. */
  #readDelimiterEnd(bytes: Buffer, offset: number): number | undefined {
    let after = offset + this.#delimiter.length;
    if (bytes.length < after + 2) return undefined;
    if (bytes[after] === 0x2d && bytes[after + 1] === 0x2d) {
      this.#closePart();
      this.#closeStart = Math.max(0, this.#carryOffset + offset);
      this.#state = 'epilogue';
      return after + 2;
    }
    while (bytes[after] === 0x20 || bytes[after] === 0x09) after++;
    if (bytes.length < after + 2) return undefined;
    if (bytes[after] === 0x0d && bytes[after + 1] === 0x0a) {
      this.#closePart();
      this.#state = 'headers';
      return after;
    }
    if (bytes[after] === 0x0a) throw bad('its lines must end with CR LF');
    // A longer word that begins like the delimiter.
    this.#state = this.#part === undefined ? 'preamble' : 'value';
    this.#takeValue(bytes.subarray(offset, offset + 1));
    return offset + 1;
  }

  /** `offset` is that of the line break before the headers, so that a part without any still ends with two. */
  #readHeaders(bytes: Buffer, offset: number): number | undefined {
    const end = bytes.indexOf(headerEnd, offset);
    if (end < 0 || end - offset > maxHeaderBytes) {
      if (end >= 0 || bytes.length - offset > maxHeaderBytes) {
        throw bad('the headers of a part are too long');
      }
      return undefined;
    }
    if (this.#parts.length === this.#limits.maxParts) {
      throw bad(`it has more than ${this.#limits.maxParts} parts`);
    }
    const valueStart = this.#carryOffset + end + headerEnd.length;
    this.#part = readPartHeaders(bytes.toString('utf8', offset, end), valueStart);
    this.#fieldBytes = this.#part.filename === undefined ? [] : undefined;
    this.#state = 'value';
    return end + headerEnd.length;
  }

  #takeValue(bytes: Buffer): void {
    const part = this.#part;
    if (part === undefined || bytes.length === 0) return;
    part.valueEnd += bytes.length;
    const byteLength = part.valueEnd - part.valueStart;
    if (byteLength > this.#limits.maxFileBytes) {
      const limit = `${Math.floor(this.#limits.maxFileBytes / (1024 * 1024))} MiB in one file`;
      throw errors.requestTooLarge({ limit, param: part.name });
    }
    if (byteLength > maxFieldBytes) this.#fieldBytes = undefined;
    this.#fieldBytes?.push(Buffer.from(bytes));
  }

  #closePart(): void {
    const part = this.#part;
    if (part === undefined) return;
    if (this.#fieldBytes !== undefined) {
      part.value = Buffer.concat(this.#fieldBytes).toString('utf8');
    }
    this.#parts.push(part);
    this.#part = undefined;
    this.#fieldBytes = undefined;
  }

  /** Where the bytes begin that the next chunk must be read together with. */
  #keepFrom(bytes: Buffer, offset: number): number {
    if (this.#state === 'epilogue') return bytes.length;
    if (this.#state === 'preamble') {
      return Math.max(offset, bytes.length - this.#delimiter.length);
    }
    return offset;
  }
}

function readPartHeaders(text: string, valueStart: number): FormPart {
  let disposition: string | undefined;
  let contentType: string | undefined;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name === 'content-disposition') disposition = line.slice(colon + 1).trim();
    if (name === 'content-type') contentType = line.slice(colon + 1).trim();
  }
  const name = readParameter(disposition, 'name');
  if (disposition === undefined || !/^form-data\b/i.test(disposition) || name === undefined) {
    throw bad('a part has no name');
  }
  return {
    name,
    filename: readParameter(disposition, 'filename') ?? readParameter(disposition, 'filename\\*'),
    contentType,
    valueStart,
    valueEnd: valueStart,
    value: undefined,
  };
}

function readParameter(header: string | undefined, name: string): string | undefined {
  const pattern = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]*))`, 'i');
  const match = pattern.exec(header ?? '');
  return match?.[1]?.replace(/\\(["\\])/g, '$1') ?? match?.[2];
}

function bad(reason: string): GatewayError {
  return errors.invalidRequest({
    reason: `The request body is not a valid form: ${reason}.`,
    reasonZh: `请求体不是有效的表单：${reason}。`,
  });
}
