import type { Dialect, UpstreamError } from '../codec.ts';
import { asObject, asText, parseJson, type JsonObject } from '../wire/json-object.ts';
import type { JsonProbe } from '../wire/json-probe.ts';
import { mayBeBrokenOff, readBrokenOff } from './openai-chat/read-chunk-error.ts';
import { readErrorValue } from './openai-chat/read-error.ts';

/** The error in an answer with a good status, from its probe and its small top-level members; undefined where there is none. */
export function findAnswerError(
  probe: JsonProbe,
  small: JsonObject,
  dialect: Dialect,
): UpstreamError | undefined {
  if (asObject(small['error']) !== undefined || asText(small['error']) !== undefined) {
    return readErrorValue(small, 200, dialect);
  }
  const status = asObject(small['base_resp'])?.['status_code'];
  if (typeof status === 'number' && status !== 0) return readErrorValue(small, 200, dialect);
  if (small['status'] === 'failed' && small['object'] === 'response') {
    return readErrorValue({ message: 'The upstream failed.' }, 200, dialect);
  }
  const brokenOff = findBrokenOff(probe, dialect);
  if (brokenOff !== undefined) return brokenOff;
  const hasAnswer = ['choices', 'data', 'output', 'results', 'text', 'images'].some((key) => {
    const kind = probe.last(key)?.kind;
    return kind !== undefined && kind !== 'null';
  });
  return hasAnswer ? undefined : readErrorValue(small, 200, dialect);
}

/** An answer that its vendor could not end. */
function findBrokenOff(probe: JsonProbe, dialect: Dialect): UpstreamError | undefined {
  const list = probe.last('choices');
  if (list?.kind !== 'array') return undefined;
  const choices = probe.body.subarray(list.valueStart, list.valueEnd);
  if (!mayBeBrokenOff(choices)) return undefined;
  return readBrokenOff({ choices: parseJson(choices.toString('utf8')) }, dialect);
}
