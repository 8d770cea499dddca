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
  const broken = readBrokenOff(chunk, dialect);
  if (broken !== undefined) return broken;
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

/** The error that an event is by its name, whose data is no JSON: some servers write mere words. */
export function readWordError(
  { event, data }: SseFrame,
  dialect: Dialect,
): UpstreamError | undefined {
  return event === 'error' && asText(data) !== undefined
    ? readErrorValue(data, 200, dialect)
    : undefined;
}

/** Reasons to finish by which DeepSeek and Zhipu say that they broke an answer off. */
const brokenOffReasons: ReadonlySet<string> = new Set([
  'insufficient_system_resource',
  'aborted',
  'network_error',
]);

/** The failure that a reason to finish stands for, in a chunk or a whole answer; undefined where it stands for none. */
export function readBrokenOff(answer: JsonObject, dialect: Dialect): UpstreamError | undefined {
  const reasons = asArray(answer['choices']).map((choice) => asObject(choice)?.['finish_reason']);
  const reason = reasons.find(isBrokenOff);
  if (reason === undefined) return undefined;
  const message = `The upstream broke off its answer (${reason}).`;
  return readErrorValue({ message, code: reason }, 503, dialect);
}

function isBrokenOff(reason: unknown): reason is string {
  return typeof reason === 'string' && brokenOffReasons.has(reason);
}

/** Whether the text of a whole answer may have such a reason: quotes inside its words are escaped. */
export function mayBeBrokenOff(body: Buffer): boolean {
  return [...brokenOffReasons].some((reason) => body.includes(`"${reason}"`));
}

/** Vendors that answer 200 and put a code of their own into the chunk. */
function saysFailure(chunk: JsonObject, hasChoice: boolean): boolean {
  const status = asObject(chunk['base_resp'])?.['status_code'];
  if (typeof status === 'number' && status !== 0) return true;
  if (hasChoice) return false;
  if (chunk['success'] === false) return true;
  const inner = asObject(chunk['ErrorMsg']) ?? asObject(asObject(chunk['Response'])?.['Error']);
  if (inner !== undefined) return true;
  return [chunk['code'], chunk['error_code']].some(
    (code) => code !== undefined && code !== null && code !== 0 && code !== '',
  );
}
