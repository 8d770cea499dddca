import { families, type Extras, type Family, type JsonRecord, type Loss } from '@turnpike/core';
import { asObject } from '../wire/json-object.ts';
import type { LossList } from './loss-list.ts';

type Severity = Loss['severity'];

/** Names in camel case for Google's, which may be written in snake case too. */
function listOf(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}

/** Members that the canonical model has a place for: what becomes of them each encoder says itself. */
const carried: Readonly<Record<Family, ReadonlySet<string>>> = {
  'openai-chat': listOf(`
    audio enable_thinking frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens
    metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning
    reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options temperature
    thinking thinking_budget tool_choice top_k top_logprobs top_p user verbosity web_search_options`),
  'openai-responses': listOf(`
    background conversation include instructions max_output_tokens metadata moderation parallel_tool_calls
    previous_response_id prompt prompt_cache_key reasoning safety_identifier service_tier store stream_options
    temperature text tool_choice tools top_logprobs top_p user`),
  anthropic: listOf(`
    anthropic_version max_tokens metadata output_config output_format service_tier stop_sequences stream temperature
    thinking tool_choice top_k top_p`),
  gemini: listOf(`
    generationConfig model safetySettings serviceTier store systemInstruction toolConfig tools`),
};

/** The same of Gemini's settings. */
const carriedSettings = listOf(`
  candidateCount frequencyPenalty logprobs maxOutputTokens presencePenalty responseJsonSchema responseLogprobs
  responseMimeType responseModalities responseSchema seed speechConfig stopSequences temperature thinkingConfig topK topP`);

/** Members that only one family has, and how much it matters that they go nowhere. */
const severities: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  // Without these the answer is another one.
  ['mcp_servers', 'fatal'],
  ['container', 'fatal'],
  ['cachedContent', 'fatal'],
  // Quality, cost, or what the client would have to know.
  ['context_management', 'warn'],
  ['cache_control', 'warn'],
  ['max_tool_calls', 'warn'],
  ['truncation', 'warn'],
  ['mediaResolution', 'warn'],
  ['imageConfig', 'warn'],
  ['audioTimestamp', 'warn'],
  ['routingConfig', 'warn'],
  ['modelConfig', 'warn'],
  // Speed, place, price and labels.
  ['anthropic_beta', 'info'],
  ['inference_geo', 'info'],
  ['speed', 'info'],
  ['prompt_cache_retention', 'info'],
  ['prompt_cache_options', 'info'],
  ['enableEnhancedCivicAnswers', 'info'],
  ['labels', 'info'],
  ['client_metadata', 'info'],
]);

/** What a member is where leaving it out means the same. */
const meansNothing: ReadonlyMap<string, unknown> = new Map([['truncation', 'disabled']]);

/**
 * Counts what a client said at the top level that only its own protocol has. A member that is not known at all has no
 * name in the loss: names are labels of a counter, and this one would be the client's.
 *
 * @param to the family that is encoded for; what it said itself goes along as it came
 */
export function noteUncarried(extras: Extras, to: Family | undefined, losses: LossList): void {
  for (const family of families) {
    const members = extras[family];
    if (members === undefined || family === to) continue;
    noteMembers(members, carried[family], losses);
    const settings = members['generationConfig'] ?? members['generation_config'];
    if (family === 'gemini') noteMembers(asObject(settings) ?? {}, carriedSettings, losses);
  }
}

/** Whether the canonical model has a place for a member of a family's requests. */
export function isCarried(family: Family, key: string): boolean {
  return carried[family].has(key);
}

function noteMembers(members: JsonRecord, known: ReadonlySet<string>, losses: LossList): void {
  let hasUnknown = false;
  for (const [key, value] of Object.entries(members)) {
    const name = severities.has(key) || known.has(key) ? key : toCamelCase(key);
    if (known.has(name) || value === null || value === undefined) continue;
    if (meansNothing.has(name) && meansNothing.get(name) === value) continue;
    const severity = severities.get(name);
    if (severity === undefined) hasUnknown = true;
    else losses.add(severity, 'dropped', name, 'only the client’s own protocol has it');
  }
  if (hasUnknown) losses.add('warn', 'dropped', 'others', 'members that are not known here');
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
