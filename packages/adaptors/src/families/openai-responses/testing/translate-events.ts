import type { CanonicalRequest, JsonRecord, StreamEvent } from '@turnpike/core';
import type { PathFacts, TranslationContext } from '../../../translation.ts';
import { SseReader } from '../../../wire/sse-reader.ts';
import { decodeRequest } from '../decode-request.ts';
import { ResponsesStreamEncoder } from '../stream-encoder.ts';

export const responsesPath: PathFacts = { operation: 'responses', search: '', headers: {} };

/** What an answer to this request body is made for. Capsules show what they hold. */
export function makeContext(body: object = {}): TranslationContext {
  const request: CanonicalRequest = decodeRequest(
    { model: 'm1', input: 'Hi', ...body },
    responsesPath,
  );
  return {
    request,
    path: responsesPath,
    requestId: 'request-1',
    model: 'm1',
    seal: ({ family, kind, value }) => `gw1.${family}/${kind}/${value}`,
  };
}

/** The client's stream of these events, terminal event included. */
export function encodeStream(events: readonly StreamEvent[], body: object = {}): JsonRecord[] {
  const encoder = new ResponsesStreamEncoder(makeContext(body));
  const pushed = events.flatMap((event) => [...encoder.push(event)]);
  return readEvents(Buffer.concat([...pushed, encoder.terminal()]));
}

/** Reads a stream of this protocol; fails where an event is not named as its data is, or numbered wrongly. */
function readEvents(bytes: Buffer): JsonRecord[] {
  return new SseReader().push(bytes).map(({ event, data }, index) => {
    const read = JSON.parse(data ?? '') as JsonRecord;
    if (read['type'] !== event) throw new Error(`${String(event)} carries ${String(read['type'])}`);
    if (read['sequence_number'] !== index) throw new Error(`event ${index} is numbered wrongly`);
    return read;
  });
}
