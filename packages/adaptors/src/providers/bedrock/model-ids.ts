/** Names that are not made by the rule. */
const named: Readonly<Record<string, string>> = {
  'claude-instant-1.2': 'anthropic.claude-instant-v1',
  'claude-2.0': 'anthropic.claude-v2',
  'claude-2.1': 'anthropic.claude-v2:1',
  'claude-3-5-sonnet-20241022': 'anthropic.claude-3-5-sonnet-20241022-v2:0',
  'claude-3-5-sonnet-latest': 'anthropic.claude-3-5-sonnet-20241022-v2:0',
  'claude-opus-4-6': 'anthropic.claude-opus-4-6-v1',
  'claude-sonnet-4-6': 'anthropic.claude-sonnet-4-6-v1',
  'llama3-8b-8192': 'meta.llama3-8b-instruct-v1:0',
  'llama3-70b-8192': 'meta.llama3-70b-instruct-v1:0',
};

/** Older models that have an inference profile, and where. */
const olderProfiles: readonly (readonly [RegExp, readonly string[]])[] = [
  [/claude-3-sonnet-/, ['us', 'eu', 'apac']],
  [/claude-3-opus-/, ['us']],
  [/claude-3-haiku-/, ['us', 'eu', 'apac']],
  [/claude-3-5-sonnet-20240620/, ['us', 'eu', 'apac']],
  [/claude-3-5-sonnet-20241022/, ['us', 'apac']],
  [/claude-3-5-haiku-/, ['us']],
];

/** From 3.7 on a model is called through a profile only. */
const newerClaude = /anthropic\.claude-(?:3-7-|(?:opus|sonnet|haiku|fable)-)/;
/** From 4.5 on Asia and the Pacific have profiles of their own. */
const regionalClaude =
  /anthropic\.claude-(?:(?:opus|sonnet|haiku)-4-[5-9]|(?:opus|sonnet|haiku|fable)-[5-9])/;

const prefixes = /^(?:us|eu|apac|jp|au|ca|us-gov|global)\./;

/**
 * The id by which Bedrock knows a model: of Anthropic's names made by rule, others as they are.
 *
 * @param crossRegion `auto`, `none`, or the prefix of an inference profile
 * @returns undefined for a name that is none of Bedrock's
 */
export function toBedrockId(
  model: string,
  region: string,
  crossRegion: string,
): string | undefined {
  const id = idOf(model);
  if (id === undefined || id.startsWith('arn:') || prefixes.test(id)) return id;
  if (crossRegion === 'none') return id;
  if (crossRegion !== '' && crossRegion !== 'auto') return `${crossRegion}.${id}`;
  const prefix = defaultPrefix(id, region);
  return prefix === undefined ? id : `${prefix}.${id}`;
}

function idOf(model: string): string | undefined {
  if (Object.hasOwn(named, model)) return named[model];
  if (model.includes('.') || model.startsWith('arn:')) return model;
  if (!model.startsWith('claude-')) return undefined;
  return /-\d{8}$/.test(model) ? `anthropic.${model}-v1:0` : `anthropic.${model}`;
}

function defaultPrefix(id: string, region: string): string | undefined {
  const area = areaOf(region);
  if (area === undefined) return undefined;
  if (newerClaude.test(id)) {
    return area === 'apac' && regionalClaude.test(id) ? asianPrefix(region) : area;
  }
  const older = olderProfiles.find(([pattern]) => pattern.test(id))?.[1];
  return older?.includes(area) === true ? area : undefined;
}

function areaOf(region: string): string | undefined {
  if (region.startsWith('us-gov-')) return 'us-gov';
  if (region.startsWith('us-') || region.startsWith('ca-')) return 'us';
  if (region.startsWith('eu-')) return 'eu';
  return region.startsWith('ap-') ? 'apac' : undefined;
}

function asianPrefix(region: string): string {
  if (region === 'ap-northeast-1' || region === 'ap-northeast-3') return 'jp';
  return region === 'ap-southeast-2' || region === 'ap-southeast-4' ? 'au' : 'global';
}

/** Whether a model is Claude, whatever stands before its name. An ARN of a profile of one's own does not say. */
export function isClaude(model: string): boolean {
  return model.includes('claude');
}
