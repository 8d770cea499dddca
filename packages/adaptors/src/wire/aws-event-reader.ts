import { createRequire } from 'node:module';
import type * as Smithy from '@smithy/eventstream-codec';
import { errors } from '@turnpike/core';
import { asObject, asText, parseJson } from './json-object.ts';
import type { FrameReader } from './frames.ts';
import { maxFrameBytes } from './frame-splitter.ts';
import type { SseFrame } from './sse-frame.ts';

/** Length, length of the headers, and two checksums. */
const smallestFrame = 16;

/** Opened by the first stream, because most gateways have none of these and it loads much. */
let codec: Smithy.EventStreamCodec | undefined;

function openCodec(): Smithy.EventStreamCodec {
  const require = createRequire(import.meta.url);
  const library = require('@smithy/eventstream-codec') as typeof Smithy;
  return new library.EventStreamCodec(
    (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
    (text) => Buffer.from(text, 'utf8'),
  );
}

/**
 * Reads AWS event streams. The event type becomes the frame's event; a payload that is wrapped (`bytes`) is opened, and
 * its own `type` is then the event. Exceptions become `error` events in Anthropic's shape, which every family reads.
 *
 * @throws `bad_upstream_response` where a checksum does not fit, or the stream ends inside a frame
 */
export class AwsEventReader implements FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): SseFrame[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: SseFrame[] = [];
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE(0);
      if (length < smallestFrame || length > maxFrameBytes) throw errors.badUpstreamResponse();
      if (this.#pending.length < length) break;
      frames.push(toFrame(decode(this.#pending.subarray(0, length))));
      this.#pending = this.#pending.subarray(length);
    }
    return frames;
  }

  end(): SseFrame[] {
    if (this.#pending.length > 0) throw errors.badUpstreamResponse();
    return [];
  }
}

function decode(bytes: Buffer): Smithy.Message {
  codec ??= openCodec();
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw errors.badUpstreamResponse({}, { cause });
  }
}

function toFrame({ headers, body }: Smithy.Message): SseFrame {
  const header = (name: string): string | undefined => asText(headers[name]?.value);
  const text = Buffer.from(body).toString('utf8');
  const type = header(':message-type');
  if (type === 'exception' || type === 'error') {
    const message = asText(asObject(parseJson(text))?.['message']) ?? header(':error-message');
    const code = header(':exception-type') ?? header(':error-code') ?? 'error';
    const error = { type: code, message: message ?? 'The upstream failed.' };
    return frameOf('error', JSON.stringify({ type: 'error', error }));
  }
  const wrapped = asText(asObject(parseJson(text))?.['bytes']);
  if (wrapped === undefined) return frameOf(header(':event-type'), text);
  const opened = Buffer.from(wrapped, 'base64').toString('utf8');
  return frameOf(asText(asObject(parseJson(opened))?.['type']), opened);
}

function frameOf(event: string | undefined, data: string): SseFrame {
  return { event, data, id: undefined };
}
