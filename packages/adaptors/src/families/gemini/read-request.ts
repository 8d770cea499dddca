import { errors, type Operation } from '@turnpike/core';
import type { PathFacts } from '../../translation.ts';
import { asObject, parseJson } from '../../wire/json-object.ts';
import type { JsonMember } from '../../wire/json-member.ts';
import type { JsonProbe } from '../../wire/json-probe.ts';
import { estimateRequest } from '../openai-chat/estimate.ts';
import { maxDeclaredOutput, type BodyFacts } from '../openai-chat/read-request.ts';
import { readInteractionRequest } from './interaction-request.ts';
import { numberMember, snakeNameOf } from './member.ts';
import { refuse } from '../openai-chat/refuse.ts';

/** As many answers as Google gives at once. */
const maxCandidates = 8;

/**
 * What routes, prices and limits a request to the Gemini door: the model stands in the path, and whether it streams too,
 * but for interactions.
 *
 * @throws `invalid_request` with `param`
 */
export function readGeminiRequest(probe: JsonProbe, path: PathFacts): BodyFacts {
  const { operation, model } = path;
  if (operation === 'interaction') return readInteractionRequest(probe);
  if (model === undefined) throw errors.invalidRequest({ param: 'model', reason: noModel });
  checkBody(operation, probe);
  const config = readConfig(probe);
  const declaredOutput = readLimit(config);
  const choices = readChoices(config);
  const isConversation = operation === 'generate-content';
  return {
    model,
    isModelImplied: false,
    isStream: isConversation && path.isStream === true,
    // Google tells the usage in every stream.
    wantsUsage: true,
    hasTextOutput: isConversation,
    declaredOutput,
    choices,
    serviceTier: readText(probe, 'serviceTier'),
    affinityKey: readText(probe, 'cachedContent'),
    size: '',
    quality: '',
    duplicatedKeys: probe.duplicatesAmong(pricedKeys),
    estimate: estimateRequest({
      // What is embedded or counted generates nothing.
      operation: isConversation ? operation : 'embeddings',
      probe,
      model,
      declaredOutput,
      choices,
    }),
  };
}

const noModel = 'The path must name a model: /v1beta/models/<model>:generateContent.';

/** A second one of these could make an upstream read something else than what is priced. */
const pricedKeys: ReadonlySet<string> = new Set([
  'contents',
  'generationConfig',
  'generation_config',
  'serviceTier',
  'service_tier',
]);

function checkBody(operation: Operation, probe: JsonProbe): void {
  switch (operation) {
    case 'generate-content':
      requireList(probe, 'contents');
      return;
    case 'count-content-tokens':
      if (find(probe, 'generateContentRequest') === undefined) requireList(probe, 'contents');
      return;
    case 'embed-content':
      if (probe.last('content')?.kind !== 'object')
        throw refuse('content', 'must be an object with parts', '必须是包含 parts 的对象');
      return;
    case 'batch-embed-contents':
      requireList(probe, 'requests');
      return;
    default:
      return;
  }
}

function requireList(probe: JsonProbe, key: string): void {
  const found = probe.last(key);
  if (found === undefined || found.kind === 'null') throw refuse(key, 'is required', '为必填项');
  if (found.kind !== 'array') throw refuse(key, 'must be a list', '必须是列表');
  if (probe.isEmpty(found)) throw refuse(key, 'must not be empty', '不能为空');
}

function readConfig(probe: JsonProbe): unknown {
  const found = find(probe, 'generationConfig');
  if (found === undefined || found.kind === 'null') return undefined;
  if (found.kind !== 'object') throw refuse('generationConfig', 'must be an object', '必须是对象');
  return asObject(parseJson(probe.text(found)));
}

function readLimit(config: unknown): number | undefined {
  const limit = numberMember(config, 'maxOutputTokens');
  if (limit === undefined) return undefined;
  if (limit < 0 || limit > maxDeclaredOutput) {
    throw refuse(
      'generationConfig.maxOutputTokens',
      `must be between 0 and ${maxDeclaredOutput}`,
      `必须在 0 到 ${maxDeclaredOutput} 之间`,
    );
  }
  return Math.ceil(limit);
}

function readChoices(config: unknown): number {
  const choices = numberMember(config, 'candidateCount') ?? 1;
  if (!Number.isInteger(choices) || choices < 1 || choices > maxCandidates) {
    throw refuse(
      'generationConfig.candidateCount',
      `must be a whole number between 1 and ${maxCandidates}`,
      `必须是 1 到 ${maxCandidates} 之间的整数`,
    );
  }
  return choices;
}

function readText(probe: JsonProbe, name: string): string | undefined {
  const value = probe.scalar(find(probe, name));
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function find(probe: JsonProbe, name: string): JsonMember | undefined {
  return probe.last(name) ?? probe.last(snakeNameOf(name));
}
