import type { Usage } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { count, Remainder } from '../token-figures.ts';

export interface UsageQuirks {
  /** What the generated tokens of this operation are. */
  outputKind?: 'text' | 'audio' | 'image';
  /** The completion figure leaves reasoning out, and the prompt figure may leave cached tokens out (xAI). */
  isExclusive?: boolean;
  /** Our own count of the prompt, for upstreams that report nothing but a total. */
  estimatedPromptTokens?: number | undefined;
}

/**
 * Reads the usage of an OpenAI-shaped answer or chunk, wherever its upstream puts it, into buckets that never overlap.
 *
 * @param body the object that holds `usage` (or `x_groq`, `choices[].usage`, `bot_usage`, `meta.tokens`)
 * @returns undefined where nothing was reported, or nothing but zeros: then a local count decides
 */
export function readUsage(body: JsonObject, quirks: UsageQuirks = {}): Usage | undefined {
  const usage = findUsage(body);
  if (usage === undefined) return undefined;
  const seconds = readSeconds(usage);
  const images = count(usage['generated_images']);
  const figures = readFigures(usage, quirks);
  if (figures === undefined && seconds === 0 && images === 0) return undefined;
  const read = toUsage(figures ?? noFigures, quirks);
  if (seconds > 0) read.seconds = seconds;
  if (images > 0) read.images = images;
  const webSearches = readWebSearches(usage);
  if (webSearches > 0) read.webSearches = webSearches;
  return read;
}

interface Figures {
  prompt: number;
  completion: number;
  cacheRead: number;
  cacheWrite: number;
  cacheWriteHour: number;
  reasoning: number;
  input: JsonObject;
  output: JsonObject;
  /** Only a total was reported; prompt and completion are our split of it. */
  isSplit: boolean;
}

const nothing: JsonObject = {};

const noFigures: Figures = {
  prompt: 0,
  completion: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cacheWriteHour: 0,
  reasoning: 0,
  input: nothing,
  output: nothing,
  isSplit: false,
};

function findUsage(body: JsonObject): JsonObject | undefined {
  const choice = asObject(asArray(body['choices'])[0]);
  return (
    asObject(body['usage']) ??
    asObject(asObject(body['x_groq'])?.['usage']) ??
    asObject(choice?.['usage']) ??
    sumModelUsage(body['bot_usage']) ??
    asObject(asObject(body['meta'])?.['tokens'])
  );
}

/** Ark's applications report one entry for each model that they called. */
function sumModelUsage(botUsage: unknown): JsonObject | undefined {
  const entries = asArray(asObject(botUsage)?.['model_usage']).map(asObject);
  if (entries.length === 0) return undefined;
  const sum = (name: string): number =>
    entries.reduce((total, entry) => total + count(entry?.[name]), 0);
  return {
    prompt_tokens: sum('prompt_tokens'),
    completion_tokens: sum('completion_tokens'),
    total_tokens: sum('total_tokens'),
  };
}

function readFigures(usage: JsonObject, quirks: UsageQuirks): Figures | undefined {
  const input = findDetails(usage, inputDetails);
  const output = findDetails(usage, outputDetails);
  let prompt = count(usage['prompt_tokens'] ?? usage['input_tokens']);
  let completion = count(usage['completion_tokens'] ?? usage['output_tokens']);
  const total = count(usage['total_tokens']);
  if (prompt === 0 && completion === 0 && total === 0) return undefined;

  const cacheRead = count(
    input['cached_tokens'] ??
      usage['prompt_cache_hit_tokens'] ??
      usage['num_cached_tokens'] ??
      usage['cached_tokens'],
  );
  const reasoning = count(output['reasoning_tokens'] ?? usage['reasoning_tokens']);
  if (quirks.isExclusive === true && cacheRead > prompt) prompt += cacheRead;
  // The sum gives away who leaves reasoning out, behind resellers too, and where a vendor that does so does not.
  const isReasoningExtra = total > 0 && total === prompt + completion + reasoning;
  const isReasoningInside = total > 0 && total === prompt + completion;
  if (isReasoningExtra || (quirks.isExclusive === true && !isReasoningInside)) {
    completion += reasoning;
  }

  let isSplit = false;
  if (prompt === 0 && total > completion) {
    const isOnlyTotal = completion === 0 && quirks.estimatedPromptTokens !== undefined;
    prompt = isOnlyTotal ? Math.min(total, quirks.estimatedPromptTokens ?? 0) : total - completion;
    completion = total - prompt;
    isSplit = isOnlyTotal;
  }
  const cacheWrite = count(input['cache_write_tokens'] ?? input['cache_creation_input_tokens']);
  const byLife = input['cache_creation_tokens_details'];
  const cacheWriteHour =
    byLife === undefined ? 0 : count(asObject(byLife)?.['ephemeral_1h_input_tokens']);
  return {
    prompt,
    completion,
    cacheRead,
    cacheWrite,
    cacheWriteHour,
    reasoning,
    input,
    output,
    isSplit,
  };
}

// Written out: a name put together for each answer is looked up many times as slowly.
const inputDetails = [
  'prompt_tokens_details',
  'prompt_token_details',
  'input_tokens_details',
  'input_token_details',
] as const;
const outputDetails = [
  'completion_tokens_details',
  'completion_token_details',
  'output_tokens_details',
  'output_token_details',
] as const;

function findDetails(usage: JsonObject, names: readonly string[]): JsonObject {
  for (const name of names) {
    const details = asObject(usage[name]);
    if (details !== undefined) return details;
  }
  return nothing;
}

/** Parts are taken out of the whole one after the other, so that whatever an upstream says the sum stays its total. */
function toUsage(figures: Figures, quirks: UsageQuirks): Usage {
  const prompt = new Remainder(figures.prompt);
  const cacheRead = prompt.take(figures.cacheRead);
  const cacheWrite = prompt.take(figures.cacheWrite);
  const cacheWriteHour = Math.min(figures.cacheWriteHour, cacheWrite);
  const audioIn = prompt.take(count(figures.input['audio_tokens']));
  const imageIn = prompt.take(count(figures.input['image_tokens']));

  const completion = new Remainder(figures.completion);
  const reasoning = completion.take(figures.reasoning);
  const { outputKind = 'text' } = quirks;
  const audioOut = completion.take(
    outputKind === 'audio' ? figures.completion : count(figures.output['audio_tokens']),
  );
  const textOut = count(figures.output['text_tokens']);
  const imageOut = completion.take(
    outputKind === 'image' ? figures.completion - textOut : count(figures.output['image_tokens']),
  );
  // Members that are rare are added: for each answer, copying with spreads would cost more than the reading.
  const input: Usage['input'] = { uncached: prompt.left, cacheRead, cacheWrite };
  if (cacheWriteHour > 0) input.cacheWriteHour = cacheWriteHour;
  if (audioIn > 0) input.audio = audioIn;
  if (imageIn > 0) input.image = imageIn;
  const output: Usage['output'] = { text: completion.left, reasoning };
  if (audioOut > 0) output.audio = audioOut;
  if (imageOut > 0) output.image = imageOut;
  return { input, output, source: figures.isSplit ? 'mixed' : 'reported' };
}

/** Perplexity's and xAI's figures of what they looked up. */
function readWebSearches(usage: JsonObject): number {
  const byTool = usage['server_side_tool_usage_details'];
  return count(
    usage['num_search_queries'] ??
      (byTool === undefined ? undefined : asObject(byTool)?.['web_search_calls']),
  );
}

/** Transcriptions billed by the second: `{ type: "duration", seconds }`. */
function readSeconds(usage: JsonObject): number {
  const seconds = usage['seconds'] ?? usage['prompt_audio_seconds'];
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
