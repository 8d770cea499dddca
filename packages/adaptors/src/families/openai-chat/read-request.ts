import { errors, type GatewayError, type Operation, type UsageEstimate } from '@turnpike/core';
import { asObject, parseJson } from '../../wire/json-object.ts';
import type { JsonMember } from '../../wire/json-member.ts';
import type { JsonProbe } from '../../wire/json-probe.ts';
import { checkBody } from './check-request.ts';
import { estimateRequest } from './estimate.ts';
import { refuse } from './refuse.ts';

/** What the gateway must know of a request body, and all that it reads of it. */
export interface BodyFacts {
  /** As the client asked; the operation's default where it named none. */
  model: string;
  /** The body does not name the model, or not as text: it must be written into it. */
  isModelImplied: boolean;
  isStream: boolean;
  /** The client asked for the usage frame of a stream. */
  wantsUsage: boolean;
  /** The answer is text, paid by the generated token. */
  hasTextOutput: boolean;
  /** Most tokens that each choice may have, as the client declared. */
  declaredOutput: number | undefined;
  /** Answers (or pictures) asked for. */
  choices: number;
  serviceTier: string | undefined;
  /** Requests with the same key share a prompt prefix, and should share an account. */
  affinityKey: string | undefined;
  /** Of pictures; empty where the client left it to the upstream. */
  size: string;
  quality: string;
  /** Members that this reading depends on and that occur more than once. */
  duplicatedKeys: readonly string[];
  estimate: { soft: UsageEstimate; hard: UsageEstimate };
}

/** Models that routes stand for when the body names none (One API's). */
export const defaultModels: Readonly<Partial<Record<Operation, string>>> = {
  moderations: 'text-moderation-stable',
  'image-generation': 'dall-e-2',
  'image-edit': 'dall-e-2',
  'image-variation': 'dall-e-2',
  transcription: 'whisper-1',
  translation: 'whisper-1',
};

/** Larger is no limit but a mistake (half of 2^31, as in One API). */
export const maxDeclaredOutput = 1_073_741_823;

/** Operations whose answer is generated text. */
const textOperations: ReadonlySet<Operation> = new Set([
  'chat',
  'completions',
  'edits',
  'responses',
]);

/** A second one of these, or one in another case, could make an upstream read something else than what is priced. */
const pricedKeys: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'stream_options',
  'stream_format',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'n',
  'service_tier',
  'size',
  'quality',
]);

/**
 * Reads a JSON request from its probe. Members that neither price nor route it are left to the upstream.
 *
 * @param pathModel the model where the path names it
 * @throws `invalid_request` with `param`
 */
export function readJsonRequest(
  operation: Operation,
  probe: JsonProbe,
  pathModel?: string,
): BodyFacts {
  const variant = probe.caseVariantsOf(pricedKeys)[0];
  if (variant !== undefined) throw miswritten(variant);
  const named = readModel(probe);
  const model = named ?? pathModel ?? defaultModels[operation];
  if (model === undefined) throw refuse('model', 'is required', '为必填项');

  const declaredOutput = readDeclaredOutput(probe);
  const choices = readChoices(probe);
  checkBody(operation, probe);
  return {
    model,
    isModelImplied: named === undefined,
    isStream: readIsStream(operation, probe),
    wantsUsage: readWantsUsage(probe),
    hasTextOutput: textOperations.has(operation),
    declaredOutput,
    choices,
    serviceTier: readText(probe, 'service_tier'),
    affinityKey: readAffinityKey(probe),
    size: readText(probe, 'size') ?? '',
    quality: readText(probe, 'quality') ?? '',
    duplicatedKeys: probe.duplicatesAmong(pricedKeys),
    estimate: estimateRequest({ operation, probe, model, declaredOutput, choices }),
  };
}

function readModel(probe: JsonProbe): string | undefined {
  const member = probe.last('model');
  if (member === undefined || member.kind === 'null') return undefined;
  const model = probe.scalar(member);
  if (typeof model !== 'string') throw refuse('model', 'must be text', '必须是文本');
  return model.trim() === '' ? undefined : model;
}

function readIsStream(operation: Operation, probe: JsonProbe): boolean {
  if (operation === 'speech') return readText(probe, 'stream_format') === 'sse';
  const stream = probe.last('stream');
  if (stream === undefined || stream.kind === 'null') return false;
  if (stream.kind !== 'boolean') throw refuse('stream', 'must be true or false', '必须是布尔值');
  return probe.scalar(stream) === true;
}

function readWantsUsage(probe: JsonProbe): boolean {
  const member = probe.last('stream_options');
  if (member === undefined || member.kind === 'null') return false;
  if (member.kind !== 'object') {
    throw refuse('stream_options', 'must be an object', '必须是对象');
  }
  return asObject(parseJson(probe.text(member)))?.['include_usage'] === true;
}

/** The newer names win over `max_tokens`. */
function readDeclaredOutput(probe: JsonProbe): number | undefined {
  return (
    readLimit(probe, 'max_completion_tokens') ??
    readLimit(probe, 'max_output_tokens') ??
    readLimit(probe, 'max_tokens')
  );
}

function readLimit(probe: JsonProbe, key: string): number | undefined {
  const limit = readNumber(probe, key);
  if (limit === undefined) return undefined;
  if (limit < 0 || limit > maxDeclaredOutput) {
    throw refuse(
      key,
      `must be between 0 and ${maxDeclaredOutput}`,
      `必须在 0 到 ${maxDeclaredOutput} 之间`,
    );
  }
  return Math.ceil(limit);
}

function readChoices(probe: JsonProbe): number {
  const n = readNumber(probe, 'n') ?? 1;
  if (!Number.isInteger(n) || n < 1 || n > 128) {
    throw refuse('n', 'must be a whole number between 1 and 128', '必须是 1 到 128 之间的整数');
  }
  return n;
}

function readNumber(probe: JsonProbe, key: string): number | undefined {
  const member = probe.last(key);
  if (member === undefined || member.kind === 'null') return undefined;
  const value = probe.scalar(member);
  if (typeof value !== 'number') throw refuse(key, 'must be a number', '必须是数字');
  return value;
}

/** Text, or undefined for every other type: the upstream judges it. */
function readText(probe: JsonProbe, key: string): string | undefined {
  const member: JsonMember | undefined = probe.last(key);
  if (member?.kind !== 'string') return undefined;
  const text = probe.scalar(member);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function readAffinityKey(probe: JsonProbe): string | undefined {
  return readText(probe, 'previous_response_id') ?? readText(probe, 'prompt_cache_key');
}

function miswritten(variant: string): GatewayError {
  const meant = [...pricedKeys].find((key) => key.length === variant.length) ?? 'model';
  return errors.invalidRequest({
    param: variant,
    reason: `'${variant}' differs from a known parameter only in case. Names are written in lower case, such as '${meant}'.`,
    reasonZh: `参数 '${variant}' 的大小写有误。参数名应为小写，例如 '${meant}'。`,
  });
}
