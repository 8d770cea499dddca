import type { JsonMember } from '../wire/json-member.ts';
import { tryProbeJson, type JsonProbe } from '../wire/json-probe.ts';
import { spliceJson, type SpliceEdit } from '../wire/splice-json.ts';

/** What an answer of the byte plane is to say otherwise than its upstream says it; what is left out stays. */
export interface AnswerWords {
  /** The model's name. */
  model?: string | undefined;
  /** Whether the answer is kept. */
  store?: boolean | undefined;
}

/** Members of an answer, or of an event, whose object says these: `response.created` and `message_start` nest it. */
const holders = ['response', 'message'] as const;
/** Google's word for it comes second. */
const names = ['model', 'modelVersion'] as const;
/** Looked for first: all but a few frames of most families have neither. Quotes inside words are escaped. */
const nameMarks = names.map((name) => Buffer.from(`"${name}"`));
const storeMark = Buffer.from('"store"');

/**
 * An answer of the byte plane, or one event's JSON, in other words. Everything else stays as it was.
 *
 * @returns the very bytes where nothing of this is said, or where they are no JSON object
 */
export function rewordAnswer(json: Buffer, words: AnswerWords): Buffer {
  const isMarked =
    (words.model !== undefined && nameMarks.some((mark) => json.includes(mark))) ||
    (words.store !== undefined && json.includes(storeMark));
  const probe = isMarked ? tryProbeJson(json) : undefined;
  if (probe === undefined) return json;
  return rewordIn(probe, words) ?? rewordInside(probe, words) ?? json;
}

function rewordIn(probe: JsonProbe, { model, store }: AnswerWords): Buffer | undefined {
  const edits: SpliceEdit[] = [];
  const name = names.find((key) => probe.last(key)?.kind === 'string');
  if (model !== undefined && name !== undefined)
    edits.push({ op: 'set', key: name, json: JSON.stringify(model) });
  if (store !== undefined && typeof probe.scalar(probe.last('store')) === 'boolean')
    edits.push({ op: 'set', key: 'store', json: String(store) });
  return edits.length === 0 ? undefined : splice(probe, edits);
}

function rewordInside(probe: JsonProbe, words: AnswerWords): Buffer | undefined {
  for (const holder of holders) {
    const member = probe.last(holder);
    const inner = member?.kind === 'object' ? rewordIn(probeOf(probe, member), words) : undefined;
    if (inner !== undefined)
      return splice(probe, [{ op: 'set', key: holder, json: inner.toString('utf8') }]);
  }
  return undefined;
}

function probeOf({ body }: JsonProbe, { valueStart, valueEnd }: JsonMember): JsonProbe {
  return tryProbeJson(body.subarray(valueStart, valueEnd)) as JsonProbe;
}

function splice(probe: JsonProbe, edits: readonly SpliceEdit[]): Buffer {
  const { slices, byteLength } = spliceJson(probe, edits);
  return Buffer.concat(slices, byteLength);
}
