import { errors, type CanonicalResponse, type JsonRecord } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { GeminiStreamDecoder } from './stream-decoder.ts';

/**
 * Decodes a whole answer: it is a stream of one frame.
 *
 * @throws `bad_upstream_response` where the body is no answer
 */
export function decodeGeminiResponse(body: JsonRecord, dialect: Dialect): CanonicalResponse {
  const decoder = new GeminiStreamDecoder(dialect);
  const events = [...decoder.take(body), ...decoder.end('whole')];
  if (events.some(({ type }) => type === 'error')) throw errors.badUpstreamResponse();
  return foldEvents(events);
}
