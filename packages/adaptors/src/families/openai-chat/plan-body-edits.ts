import type { Loss } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { probeJson, type JsonProbe } from '../../wire/json-probe.ts';
import { spliceJson, type SpliceEdit } from '../../wire/splice-json.ts';
import { dialectLosses } from '../dialect-losses.ts';
import type { BodyFacts } from './read-request.ts';

export interface BodyEditInput {
  probe: JsonProbe;
  facts: BodyFacts;
  /** The upstream's name of the model. */
  upstreamModel: string;
  dialect: Dialect;
  /** Chat and completions have `stream_options`; the other operations report usage by themselves. */
  hasStreamOptions: boolean;
  /** Most output tokens that the budget pays for; undefined: as the client asked. */
  outputClamp?: number | undefined;
}

/** What to change in a body for one upstream, and what its stream must not show. */
export interface BodyEdits {
  edits: readonly SpliceEdit[];
  /** The usage frame is ours, not the client's. */
  hideUsage: boolean;
  /** What of the request this upstream does not get. */
  losses: readonly Loss[];
}

/** Lists the edits that one attempt needs. Empty where the body goes as it came. */
export function planBodyEdits(input: BodyEditInput): BodyEdits {
  const { facts, dialect } = input;
  const edits: SpliceEdit[] = facts.duplicatedKeys.map((key) => ({ op: 'keep_last', key }));
  const hasModel = dialect.deleteMembers?.includes('model') !== true;
  if (hasModel && (facts.isModelImplied || facts.model !== input.upstreamModel)) {
    edits.push({ op: 'set', key: 'model', json: JSON.stringify(input.upstreamModel) });
  }
  const byDialect = applyDialect(input.probe, dialect);
  edits.push(...clampOutput(input), ...byDialect);
  if (input.hasStreamOptions) edits.push(...askForUsage(input));
  const hideUsage = facts.isStream && !facts.wantsUsage;
  return { edits, hideUsage, losses: dialectLosses(byDialect, input.probe) };
}

/** Whichever limits are given are lowered; without any, the name that every upstream knows is added. */
function clampOutput({ probe, facts, outputClamp }: BodyEditInput): SpliceEdit[] {
  if (outputClamp === undefined) return [];
  const present = limitKeys.filter((key) => probe.last(key)?.kind === 'number');
  if (present.length === 0) {
    const json = String(outputClamp);
    return [{ op: 'set', key: defaultLimitKey(probe, facts.model), json }];
  }
  return present
    .filter((key) => Number(probe.scalar(probe.last(key))) > outputClamp)
    .map((key) => ({ op: 'set', key, json: String(outputClamp) }));
}

/** The limit of the output, by each of OpenAI's names. */
export const limitKeys = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const;

function defaultLimitKey(probe: JsonProbe, model: string): string {
  const isResponses = probe.last('input') !== undefined && probe.last('messages') === undefined;
  if (isResponses) return 'max_output_tokens';
  // OpenAI's reasoning models refuse the old name.
  return /^(o\d|gpt-([5-9]|\d\d))/.test(model) ? 'max_completion_tokens' : 'max_tokens';
}

/** What a dialect wants changed at the top level. */
export function applyDialect(probe: JsonProbe, dialect: Dialect): SpliceEdit[] {
  const edits: SpliceEdit[] = [];
  for (const [loser, winner] of dialect.exclusiveMembers ?? []) {
    if (probe.last(loser) !== undefined && probe.last(winner) !== undefined) {
      edits.push({ op: 'delete', key: loser });
    }
  }
  for (const [key, to] of Object.entries(dialect.renameMembers ?? {})) {
    if (probe.last(key) !== undefined) edits.push({ op: 'rename', key, to });
  }
  for (const [key, bounds] of Object.entries(dialect.clampMembers ?? {})) {
    edits.push(...clampMember(probe, key, bounds));
  }
  for (const key of dialect.deleteMembers ?? []) {
    if (probe.last(key) !== undefined) edits.push({ op: 'delete', key });
  }
  for (const { key, json, when } of dialect.defaultMembers ?? []) {
    if (when === undefined || probe.last(when) !== undefined) {
      edits.push({ op: 'default', key, json });
    }
  }
  return edits;
}

function clampMember(
  probe: JsonProbe,
  key: string,
  { min = -Infinity, max = Infinity }: { min?: number; max?: number },
): SpliceEdit[] {
  const value = probe.scalar(probe.last(key));
  if (typeof value !== 'number' || (value >= min && value <= max)) return [];
  return [{ op: 'set', key, json: String(value < min ? min : max) }];
}

/** Usage is always asked for, because it is what the bill is made from. */
function askForUsage({ probe, facts, dialect }: BodyEditInput): SpliceEdit[] {
  if (!facts.isStream || dialect.streamUsage !== 'on-request' || facts.wantsUsage) return [];
  const member = probe.last('stream_options');
  const json =
    member?.kind === 'object' ? addIncludeUsage(probe.text(member)) : '{"include_usage":true}';
  return [{ op: 'set', key: 'stream_options', json }];
}

function addIncludeUsage(options: string): string {
  const { slices } = spliceJson(probeJson(Buffer.from(options)), [
    { op: 'set', key: 'include_usage', json: 'true' },
  ]);
  return Buffer.concat(slices).toString('utf8');
}
