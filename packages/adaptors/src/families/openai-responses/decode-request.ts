import type {
  CanonicalRequest,
  InstructionPart,
  JsonRecord,
  OutputFormat,
  OutputSettings,
  ReasoningSettings,
} from '@turnpike/core';
import { errors } from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { asArray, asObject, asText } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { decodeInput, readItems } from './decode-input.ts';
import { decodeAddedTools, decodeToolChoice, decodeTools } from './decode-tools.ts';

/**
 * Decodes a request. History that is stored elsewhere must have been put into `input` before.
 *
 * @throws `invalid_request` with `param`, `previous_response_not_found`, `unsupported_parameter`
 */
export function decodeRequest(body: JsonRecord, path: PathFacts): CanonicalRequest {
  refuseElsewhere(body);
  const { instructions, turns } = decodeInput(body['input']);
  const toolChoice = decodeToolChoice(body['tool_choice'], body['parallel_tool_calls']);
  const reasoning = decodeReasoningSettings(asObject(body['reasoning']));
  const serviceTier = asText(body['service_tier']);
  return {
    model: asText(body['model']) ?? path.model ?? '',
    instructions: [...readInstructions(body['instructions']), ...instructions],
    turns,
    tools: [...decodeTools(body['tools']), ...decodeAddedTools(readItems(body['input']))],
    ...(toolChoice !== undefined && { toolChoice }),
    output: decodeOutputSettings(body),
    ...(reasoning !== undefined && { reasoning }),
    isStream: body['stream'] === true,
    // The last event carries it, always.
    wantsStreamUsage: true,
    identity: decodeIdentity(body),
    ...(serviceTier !== undefined && { serviceTier }),
    state: decodeState(body),
    ...(asObject(body['moderation']) !== undefined && { safety: body['moderation'] }),
    extras: { 'openai-responses': omitDecoded(body) },
  };
}

/** What only the vendor that keeps it could resolve. */
function refuseElsewhere(body: JsonRecord): void {
  const previous = asText(body['previous_response_id']);
  if (previous !== undefined) throw errors.previousResponseNotFound({ id: previous });
  for (const param of ['conversation', 'prompt']) {
    const value = body[param];
    if (value !== undefined && value !== null) throw errors.unsupportedParameter({ param });
  }
  if (body['background'] === true) throw errors.unsupportedParameter({ param: 'background' });
}

function readInstructions(instructions: unknown): InstructionPart[] {
  if (instructions === undefined || instructions === null || instructions === '') return [];
  if (typeof instructions !== 'string') throw refuse('instructions', 'must be text', '必须是文本');
  return [{ kind: 'text', text: instructions, role: 'system' }];
}

function decodeOutputSettings(body: JsonRecord): OutputSettings {
  const text = asObject(body['text']);
  const format = decodeFormat(asObject(text?.['format']));
  const verbosity = text?.['verbosity'];
  const maxTokens = readNumber(body, 'max_output_tokens');
  const temperature = readNumber(body, 'temperature');
  const topP = readNumber(body, 'top_p');
  const top = readNumber(body, 'top_logprobs');
  const hasLogprobs = includes(body, 'message.output_text.logprobs') || (top ?? 0) > 0;
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(hasLogprobs && { logprobs: { enabled: true, ...(top !== undefined && { top }) } }),
    ...(format !== undefined && { format }),
    ...((verbosity === 'low' || verbosity === 'medium' || verbosity === 'high') && { verbosity }),
  };
}

function decodeFormat(format: JsonRecord | undefined): OutputFormat | undefined {
  switch (format?.['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema': {
      const { name, description, schema, strict } = format;
      return {
        type: 'json-schema',
        schema: asObject(schema) ?? {},
        ...(typeof name === 'string' && { name }),
        ...(typeof description === 'string' && { description }),
        ...(typeof strict === 'boolean' && { isStrict: strict }),
      };
    }
    default:
      return undefined;
  }
}

function decodeReasoningSettings(raw: JsonRecord | undefined): ReasoningSettings | undefined {
  if (raw === undefined) return undefined;
  const effort = efforts.find((known) => known === raw['effort']);
  const asked = raw['summary'] ?? raw['generate_summary'];
  const summary = summaries.find((known) => known === asked);
  return {
    ...(effort !== undefined && { effort }),
    ...(summary !== undefined && { summary, includesText: summary !== 'none' }),
  };
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
const summaries = ['none', 'auto', 'concise', 'detailed'] as const;

function decodeIdentity(body: JsonRecord): CanonicalRequest['identity'] {
  const endUser = asText(body['safety_identifier']) ?? asText(body['user']);
  const cacheKey = asText(body['prompt_cache_key']);
  const metadata = asObject(body['metadata']);
  return {
    ...(endUser !== undefined && { endUser }),
    ...(cacheKey !== undefined && { cacheKey }),
    ...(metadata !== undefined && { metadata: onlyTexts(metadata) }),
  };
}

function onlyTexts(record: JsonRecord): Readonly<Record<string, string>> {
  const texts = Object.entries(record).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

function decodeState(body: JsonRecord): NonNullable<CanonicalRequest['state']> {
  const include = asArray(body['include']).filter((value) => typeof value === 'string');
  return {
    ...(typeof body['store'] === 'boolean' && { store: body['store'] }),
    ...(include.length > 0 && { include }),
  };
}

function includes(body: JsonRecord, what: string): boolean {
  return asArray(body['include']).includes(what);
}

function readNumber(body: JsonRecord, key: string): number | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw refuse(key, 'must be a number', '必须是数字');
  return value;
}

/** All but what each attempt decides anew: shown to the client again, and given to encoders of this family. */
function omitDecoded(body: JsonRecord): JsonRecord {
  const { model: _model, input: _input, stream: _stream, ...rest } = body;
  return rest;
}
