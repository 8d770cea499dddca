import { errors } from '@turnpike/core';
import { asObject, parseJson } from '../../wire/json-object.ts';
import { probeJson, type JsonProbe } from '../../wire/json-probe.ts';
import { spliceJson, type SpliceEdit } from '../../wire/splice-json.ts';
import { dialectLosses } from '../dialect-losses.ts';
import { estimateRequest } from '../openai-chat/estimate.ts';
import {
  applyDialect,
  type BodyEditInput,
  type BodyEdits,
} from '../openai-chat/plan-body-edits.ts';
import { maxDeclaredOutput, type BodyFacts } from '../openai-chat/read-request.ts';
import { refuse } from '../openai-chat/refuse.ts';

/** A second one of these could make Google read something else than what is priced. */
const pricedKeys: ReadonlySet<string> = new Set([
  'model',
  'input',
  'stream',
  'generation_config',
  'previous_interaction_id',
]);

/**
 * What routes, prices and limits a request to Google's Interactions API: here the model stands in the body.
 *
 * @throws `invalid_request` with `param`; `unsupported_parameter` for what is billed where nobody sees it: agents, and
 *   answers that are made later
 */
export function readInteractionRequest(probe: JsonProbe): BodyFacts {
  for (const param of ['agent', 'background'])
    if ((scalarOf(probe, param) ?? false) !== false) throw errors.unsupportedParameter({ param });
  const named = scalarOf(probe, 'model');
  if (typeof named !== 'string' || named.trim() === '')
    throw refuse('model', 'is required', '为必填项');
  const stream = scalarOf(probe, 'stream');
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean')
    throw refuse('stream', 'must be true or false', '必须是布尔值');
  if (probe.last('input') === undefined) throw refuse('input', 'is required', '为必填项');
  const model = named.replace(/^models\//, '');
  const declaredOutput = readLimit(probe);
  const previous = scalarOf(probe, 'previous_interaction_id');
  const tier = scalarOf(probe, 'service_tier');
  return {
    model,
    isModelImplied: false,
    isStream: stream === true,
    wantsUsage: true,
    hasTextOutput: true,
    declaredOutput,
    choices: 1,
    serviceTier: typeof tier === 'string' ? tier : undefined,
    affinityKey: typeof previous === 'string' ? previous : undefined,
    size: '',
    quality: '',
    duplicatedKeys: probe.duplicatesAmong(pricedKeys),
    estimate: estimateRequest({
      operation: 'interaction',
      probe,
      model,
      declaredOutput,
      choices: 1,
    }),
  };
}

/** Lists the edits of such a body for one upstream. */
export function planInteractionEdits(input: BodyEditInput): BodyEdits {
  const { probe, facts, upstreamModel, dialect, outputClamp } = input;
  const edits: SpliceEdit[] = facts.duplicatedKeys.map((key) => ({ op: 'keep_last', key }));
  if (facts.model !== upstreamModel)
    edits.push({ op: 'set', key: 'model', json: JSON.stringify(upstreamModel) });
  const byDialect = applyDialect(probe, dialect);
  edits.push(...byDialect);
  if (outputClamp !== undefined && !(Number(facts.declaredOutput) <= outputClamp))
    edits.push(clampOutput(probe, outputClamp));
  return { edits, hideUsage: false, losses: dialectLosses(byDialect, probe) };
}

function clampOutput(probe: JsonProbe, clamp: number): SpliceEdit {
  const member = probe.last('generation_config');
  const before = member?.kind === 'object' ? probe.text(member) : '{}';
  const { slices } = spliceJson(probeJson(Buffer.from(before)), [
    { op: 'set', key: 'max_output_tokens', json: String(clamp) },
  ]);
  return { op: 'set', key: 'generation_config', json: Buffer.concat(slices).toString('utf8') };
}

/** Undefined for no member; an object for what is no scalar. */
function scalarOf(probe: JsonProbe, key: string): unknown {
  const member = probe.last(key);
  return member?.kind === 'object' || member?.kind === 'array' ? {} : probe.scalar(member);
}

function readLimit(probe: JsonProbe): number | undefined {
  const member = probe.last('generation_config');
  if (member === undefined || member.kind === 'null') return undefined;
  const config = asObject(parseJson(probe.text(member)));
  if (config === undefined) throw refuse('generation_config', 'must be an object', '必须是对象');
  const limit = config['max_output_tokens'];
  if (limit === undefined || limit === null) return undefined;
  if (typeof limit === 'number' && limit >= 0 && limit <= maxDeclaredOutput)
    return Math.ceil(limit);
  throw refuse(
    'generation_config.max_output_tokens',
    `must be between 0 and ${maxDeclaredOutput}`,
    `必须在 0 到 ${maxDeclaredOutput} 之间`,
  );
}
