/** What a Claude model can and refuses. */
export interface ModelCapabilities {
  maxOutputTokens: number;
  /** `output_config.format`, strict tools. */
  hasStructuredOutput: boolean;
  /** `thinking: adaptive` with `output_config.effort`. */
  isAdaptive: boolean;
  /** `thinking: enabled` with a budget. */
  hasBudget: boolean;
  /** Refuses temperature, top_p and top_k. */
  refusesSampling: boolean;
  /** Takes temperature or top_p, not both. */
  hasOneSampling: boolean;
  /** Knows the effort `xhigh`. */
  hasXhigh: boolean;
  /** Refuses an answer that was begun by the client. */
  refusesPrefill: boolean;
  isClaude: boolean;
}

const older: ModelCapabilities = {
  maxOutputTokens: 4096,
  hasStructuredOutput: false,
  isAdaptive: false,
  hasBudget: false,
  refusesSampling: false,
  hasOneSampling: false,
  hasXhigh: false,
  refusesPrefill: false,
  isClaude: true,
};

const budgeted: ModelCapabilities = { ...older, hasBudget: true };
const structured: ModelCapabilities = {
  ...budgeted,
  maxOutputTokens: 64_000,
  hasStructuredOutput: true,
  hasOneSampling: true,
};
const adaptive: ModelCapabilities = {
  ...structured,
  maxOutputTokens: 128_000,
  isAdaptive: true,
  refusesPrefill: true,
};
const newest: ModelCapabilities = {
  ...adaptive,
  hasBudget: false,
  refusesSampling: true,
  hasXhigh: true,
};

/** Asked in this order; a part of the name decides, so that the names of Bedrock and Vertex are found too. */
const rows: readonly (readonly [RegExp, ModelCapabilities])[] = [
  [/claude-(?:sonnet|opus)-4-6/, adaptive],
  [/claude-(?:sonnet|opus|haiku)-4-5/, structured],
  [/claude-opus-4-1/, { ...structured, maxOutputTokens: 32_000 }],
  [/claude-opus-4-[78]/, newest],
  [/claude-sonnet-4[-@]/, { ...budgeted, maxOutputTokens: 64_000 }],
  [/claude-opus-4[-@]/, { ...budgeted, maxOutputTokens: 32_000 }],
  [/claude-3-7-sonnet/, { ...budgeted, maxOutputTokens: 64_000 }],
  [/claude-3-5-/, { ...older, maxOutputTokens: 8192 }],
  [/claude-(?:3-|2|v2|instant)/, older],
  [/claude-/, newest],
];

/** @param model the upstream's name; names that are not Claude's are of servers that copy its API */
export function capabilitiesOf(model: string): ModelCapabilities {
  const found = rows.find(([pattern]) => pattern.test(model))?.[1];
  return found ?? { ...older, hasBudget: true, isClaude: false };
}
