import type {
  CanonicalRequest,
  JsonRecord,
  OutputFormat,
  OutputSettings,
  ReasoningSettings,
} from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { decodeContent } from './decode-content.ts';
import { decodeMessages } from './decode-messages.ts';
import { decodeToolChoice, decodeTools } from './decode-tools.ts';

/**
 * Reads a chat request. Whatever it says beside messages and tools is kept as it was for upstreams of the same family.
 *
 * @throws `invalid_request` with `param` where a member has a type that no client sends
 */
export function decodeChatRequest(body: JsonRecord, path: PathFacts): CanonicalRequest {
  const { messages, model, tools: _tools, ...others } = body;
  const { instructions, turns } = decodeMessages(messages);
  return defined({
    model: asText(model) ?? path.model ?? '',
    instructions,
    turns,
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    output: decodeOutput(body),
    reasoning: decodeReasoningSettings(body),
    webSearch: body['web_search_options'] ?? undefined,
    isStream: body['stream'] === true,
    wantsStreamUsage: asObject(body['stream_options'])?.['include_usage'] === true,
    identity: defined({
      endUser: asText(body['safety_identifier']) ?? asText(body['user']),
      cacheKey: asText(body['prompt_cache_key']),
      metadata: readMetadata(body['metadata']),
    }),
    serviceTier: asText(body['service_tier']),
    state: typeof body['store'] === 'boolean' ? { store: body['store'] } : undefined,
    safety: body['moderation'] ?? undefined,
    extras: { 'openai-chat': others },
  });
}

function decodeOutput(body: JsonObject): OutputSettings {
  return defined({
    maxTokens: readNumber(body['max_completion_tokens']) ?? readNumber(body['max_tokens']),
    stop: readStop(body['stop']),
    choices: readNumber(body['n']),
    seed: readNumber(body['seed']),
    temperature: readNumber(body['temperature']),
    topP: readNumber(body['top_p']),
    topK: readNumber(body['top_k']),
    frequencyPenalty: readNumber(body['frequency_penalty']),
    presencePenalty: readNumber(body['presence_penalty']),
    logitBias: asObject(body['logit_bias']) as Readonly<Record<string, number>> | undefined,
    logprobs:
      body['logprobs'] === true
        ? defined({ enabled: true, top: readNumber(body['top_logprobs']) })
        : undefined,
    format: readFormat(asObject(body['response_format'])),
    verbosity: oneOf(['low', 'medium', 'high'], body['verbosity']),
    modalities: readModalities(body['modalities']),
    audio: readAudio(asObject(body['audio'])),
    prediction: readPrediction(asObject(body['prediction'])),
  });
}

function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function readStop(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  const list = asArray(value).filter((stop): stop is string => typeof stop === 'string');
  return list.length === 0 ? undefined : list;
}

function readFormat(format: JsonObject | undefined): OutputFormat | undefined {
  switch (format?.['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const holder = asObject(format['json_schema']);
      const schema = asObject(holder?.['schema']);
      if (schema === undefined) return { type: 'json' };
      return defined({
        type: 'json-schema' as const,
        name: asText(holder?.['name']),
        description: asText(holder?.['description']),
        schema,
        isStrict: typeof holder?.['strict'] === 'boolean' ? holder['strict'] : undefined,
      });
    }
    default:
      return undefined;
  }
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** OpenAI's own member, OpenRouter's object, and the switches of vendors. */
function decodeReasoningSettings(body: JsonObject): ReasoningSettings | undefined {
  const object = asObject(body['reasoning']);
  const thinking = asObject(body['thinking']);
  const isOff =
    body['enable_thinking'] === false ||
    thinking?.['type'] === 'disabled' ||
    object?.['enabled'] === false;
  const isOn =
    body['enable_thinking'] === true ||
    thinking?.['type'] === 'enabled' ||
    object?.['enabled'] === true;
  const settings = defined({
    effort:
      oneOf(efforts, body['reasoning_effort']) ??
      oneOf(efforts, object?.['effort']) ??
      (isOff ? ('none' as const) : undefined),
    budgetTokens:
      readNumber(object?.['max_tokens']) ??
      readNumber(thinking?.['budget_tokens']) ??
      readNumber(body['thinking_budget']),
    isAdaptive: isOn || thinking?.['type'] === 'adaptive' ? true : undefined,
    // Chat has no way to ask for thoughts; who can show them does.
    includesText: object?.['exclude'] === true ? false : undefined,
  });
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((option) => option === value);
}

const knownModalities = ['text', 'audio', 'image'] as const;

function readModalities(value: unknown): OutputSettings['modalities'] {
  const list = asArray(value).flatMap((modality) => oneOf(knownModalities, modality) ?? []);
  return list.length === 0 ? undefined : list;
}

function readAudio(audio: JsonObject | undefined): OutputSettings['audio'] {
  return audio === undefined
    ? undefined
    : { voice: audio['voice'], format: asText(audio['format']) ?? 'wav' };
}

function readPrediction(prediction: JsonObject | undefined): OutputSettings['prediction'] {
  return prediction === undefined
    ? undefined
    : decodeContent(prediction['content'], 'prediction.content');
}

function readMetadata(value: unknown): Readonly<Record<string, string>> | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(object).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
