import type { Dialect, UpstreamError } from '../../codec.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { readErrorValue } from './read-error.ts';

/** The error that a chunk of a stream carries, wherever its vendor puts it; undefined where it carries none. */
export function readChunkError(
  frame: SseFrame,
  chunk: JsonObject,
  dialect: Dialect,
): UpstreamError | undefined {
  const choice = asObject(asArray(chunk['choices'])[0]);
  const carrier = [chunk['error'], choice?.['error'], asObject(chunk['x_groq'])?.['error']].find(
    (place) => asObject(place) !== undefined || asText(place) !== undefined,
  );
  if (carrier !== undefined) {
    return readErrorValue({ code: chunk['code'], error: carrier }, 200, dialect);
  }
  const isError =
    frame.event === 'error' ||
    choice?.['finish_reason'] === 'error' ||
    saysFailure(chunk, choice !== undefined);
  if (!isError) return undefined;
  return (
    readErrorValue(chunk, 200, dialect) ??
    readErrorValue({ message: 'The upstream ended its answer with an error.' }, 200, dialect)
  );
}

/** Vendors that answer 200 and put a code of their own into the chunk. */
function saysFailure(chunk: JsonObject, hasChoice: boolean): boolean {
  const status = asObject(chunk['base_resp'])?.['status_code'];
  if (typeof status === 'number' && status !== 0) return true;
  const code = chunk['code'];
  return !hasChoice && code !== undefined && code !== null && code !== 0 && code !== '';
}
