import { probeJson, type JsonProbe } from '../wire/json-probe.ts';
import { spliceJson, type SpliceEdit } from '../wire/splice-json.ts';
import { dialectLosses } from './dialect-losses.ts';
import { applyDialect, type BodyEditInput, type BodyEdits } from './openai-chat/plan-body-edits.ts';

/** Lists the edits of a Gemini body for one upstream. The model is in the path, and usage comes unasked. */
export function planGeminiEdits({ probe, facts, dialect, outputClamp }: BodyEditInput): BodyEdits {
  const edits: SpliceEdit[] = facts.duplicatedKeys.map((key) => ({ op: 'keep_last', key }));
  const byDialect = applyDialect(probe, dialect);
  edits.push(...byDialect);
  if (outputClamp !== undefined) edits.push(...clampOutput(probe, outputClamp));
  return { edits, hideUsage: false, losses: dialectLosses(byDialect, probe) };
}

const configKeys = ['generationConfig', 'generation_config'] as const;
const limitKeys = ['maxOutputTokens', 'max_output_tokens'] as const;

/** The limit is one level down, under either of two names. */
function clampOutput(probe: JsonProbe, clamp: number): SpliceEdit[] {
  const key = configKeys.find((name) => probe.last(name)?.kind === 'object');
  const member = key === undefined ? undefined : probe.last(key);
  if (key === undefined || member === undefined) {
    return [{ op: 'set', key: 'generationConfig', json: `{"maxOutputTokens":${clamp}}` }];
  }
  const config = probeJson(Buffer.from(probe.text(member)));
  const present = limitKeys.filter((name) => config.last(name)?.kind === 'number');
  const tooLarge = present.filter((name) => Number(config.scalar(config.last(name))) > clamp);
  if (present.length > 0 && tooLarge.length === 0) return [];
  const names = present.length === 0 ? [limitKeys[0]] : tooLarge;
  const { slices } = spliceJson(
    config,
    names.map((name) => ({ op: 'set', key: name, json: String(clamp) })),
  );
  return [{ op: 'set', key, json: Buffer.concat(slices).toString('utf8') }];
}
