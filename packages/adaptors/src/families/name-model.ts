import type { JsonMember } from '../wire/json-member.ts';
import { tryProbeJson, type JsonProbe } from '../wire/json-probe.ts';
import { spliceJson } from '../wire/splice-json.ts';

/** Members of an answer, or of an event, whose object says the model: `response.created` and `message_start` nest it. */
const holders = ['response', 'message'] as const;
/** Google's word for it comes second. */
const names = ['model', 'modelVersion'] as const;
/** Looked for first: all but a few frames of most families have neither. Quotes inside words are escaped. */
const marks = names.map((name) => Buffer.from(`"${name}"`));

/**
 * An answer of the byte plane, or one event's JSON, with another model's name in it. Everything else stays as it was.
 *
 * @returns the very bytes where no model is named, or where they are no JSON object
 */
export function nameModel(json: Buffer, model: string): Buffer {
  if (!marks.some((mark) => json.includes(mark))) return json;
  const probe = tryProbeJson(json);
  if (probe === undefined) return json;
  return nameIn(probe, model) ?? nameInside(probe, model) ?? json;
}

function nameIn(probe: JsonProbe, model: string): Buffer | undefined {
  const key = names.find((name) => probe.last(name)?.kind === 'string');
  return key === undefined ? undefined : splice(probe, key, JSON.stringify(model));
}

function nameInside(probe: JsonProbe, model: string): Buffer | undefined {
  for (const holder of holders) {
    const member = probe.last(holder);
    const inner = member?.kind === 'object' ? nameIn(probeOf(probe, member), model) : undefined;
    if (inner !== undefined) return splice(probe, holder, inner.toString('utf8'));
  }
  return undefined;
}

function probeOf({ body }: JsonProbe, { valueStart, valueEnd }: JsonMember): JsonProbe {
  return tryProbeJson(body.subarray(valueStart, valueEnd)) as JsonProbe;
}

function splice(probe: JsonProbe, key: string, json: string): Buffer {
  const { slices, byteLength } = spliceJson(probe, [{ op: 'set', key, json }]);
  return Buffer.concat(slices, byteLength);
}
