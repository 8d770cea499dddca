import type { CanonicalRequest, HostedReference, JsonRecord, OutputFormat } from '@turnpike/core';
import type { EncodedUpstreamRequest, EncodeTarget } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { effortOf } from '../../translate/reasoning-effort.ts';
import { noteUncarried } from '../../translate/note-uncarried.ts';
import { toRestoration } from '../../translate/restore-tools.ts';
import { shareStops } from '../../translate/share-stops.ts';
import { shortHash } from '../../translate/short-hash.ts';
import { aliasToolName, listToolAliases, toolNameRules } from '../../translate/tool-names.ts';
import { defined } from '../../wire/defined.ts';
import { applyDialect } from '../openai-chat/apply-dialect.ts';
import { encodeConversation } from './encode-input.ts';
import { encodeTools } from './encode-tools.ts';
import { mayTranslateHosted } from '../../translate/hosted-tools.ts';

const family = 'openai-responses';
const rule = toolNameRules[family];

/** Makes the body for an upstream of this family. What a client of the family said of itself goes along unchanged. */
export function encodeResponsesRequest(
  request: CanonicalRequest,
  target: EncodeTarget,
): EncodedUpstreamRequest {
  const losses = new LossList();
  const aliasName = (name: string): string => aliasToolName(name, rule);
  const { systemPrompt, scope } = target;
  const own = request.extras[family];
  const translatesHosted = mayTranslateHosted(target);
  const body: JsonRecord = {
    ...(own === undefined
      ? encodeSettings(request, { ...target, translatesHosted }, losses)
      : withoutConversation(own)),
    model: target.model,
    ...encodeConversation(request, { losses, aliasName, scope, systemPrompt }),
    ...(own === undefined ? encodeTools(request, { losses, aliasName, translatesHosted }) : {}),
    ...encodeLimit(request, target),
    ...(request.isStream && { stream: true }),
  };
  if (own === undefined) noteForeign(request, losses);
  const foreign = request.tools.filter(({ origin }) => origin?.family !== family);
  return defined({
    body: applyDialect(body, target.dialect, losses),
    headers: {},
    losses: losses.losses,
    cutsAt: shareStops(own === undefined ? request.output.stop : undefined, 0, losses).cut,
    restoration: toRestoration({
      names: listToolAliases({ tools: foreign }, rule),
      customTools: new Set<string>(),
    }),
  });
}

function withoutConversation(own: JsonRecord): JsonRecord {
  const { instructions: _, previous_response_id: _previous, ...rest } = own;
  return rest;
}

/** Members of a request that came from another family. */
function encodeSettings(
  request: CanonicalRequest,
  { model, translatesHosted }: Pick<EncodeTarget, 'model'> & { translatesHosted: boolean },
  losses: LossList,
): JsonRecord {
  const { output, identity, state } = request;
  const store = state?.store ?? false;
  const include = [
    // Whoever keeps nothing at the vendor carries the state of thoughts back.
    ...(store || !thinks(model) ? [] : ['reasoning.encrypted_content']),
    ...(output.logprobs?.enabled === true ? ['message.output_text.logprobs'] : []),
    ...(translatesHosted ? listOutcomes(request) : []),
  ];
  return defined({
    store,
    include: include.length === 0 ? undefined : include,
    temperature: output.temperature,
    top_p: output.topP,
    top_logprobs: output.logprobs?.top,
    text: encodeText(request),
    reasoning: encodeReasoning(request, model, losses),
    safety_identifier: shorten(identity.endUser),
    prompt_cache_key: shorten(identity.cacheKey ?? identity.sessionKey),
    metadata: identity.metadata,
    service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
  });
}

/** What tools came back with is told on request only; clients of other protocols are used to being told. */
function listOutcomes({ tools }: CanonicalRequest): string[] {
  const has = (kind: HostedReference['kind']): boolean =>
    tools.some((tool) => tool.kind === 'hosted' && tool.hosted.kind === kind);
  return [
    ...(has('web-search') ? ['web_search_call.action.sources'] : []),
    ...(has('code-execution') ? ['code_interpreter_call.outputs'] : []),
  ];
}

/** OpenAI's models that think; others refuse the question. Names of other vendors' models are not judged. */
function thinks(model: string): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return !/^(?:gpt-[34](?!\d)|chatgpt-)/.test(name);
}

function encodeReasoning(
  { reasoning }: CanonicalRequest,
  model: string,
  losses: LossList,
): JsonRecord | undefined {
  if (reasoning === undefined) return undefined;
  const effort = effortOf(reasoning);
  if (!thinks(model)) {
    if (effort !== undefined && effort !== 'none') {
      losses.add('warn', 'dropped', 'reasoning', 'this model cannot be told to think');
    }
    return undefined;
  }
  if (reasoning.budgetTokens !== undefined) {
    losses.add('info', 'approximated', 'reasoning.budget', 'a budget is an effort here');
  }
  const asked = reasoning.summary === 'none' ? undefined : reasoning.summary;
  const encoded = defined({
    // The highest that this protocol knows.
    effort: effort === 'max' ? 'xhigh' : effort,
    summary: asked ?? (reasoning.includesText === true ? 'auto' : undefined),
  });
  return Object.keys(encoded).length === 0 ? undefined : encoded;
}

function encodeText({ output }: CanonicalRequest): JsonRecord | undefined {
  const text = defined({
    format: output.format && encodeFormat(output.format),
    verbosity: output.verbosity,
  });
  return Object.keys(text).length === 0 ? undefined : text;
}

function encodeFormat(format: OutputFormat): JsonRecord {
  switch (format.type) {
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema':
      return defined({
        type: 'json_schema',
        name: format.name ?? 'answer',
        description: format.description,
        schema: format.schema,
        strict: format.isStrict ?? false,
      });
  }
}

/** Least that the vendor takes. */
const minOutputTokens = 16;

function encodeLimit({ output }: CanonicalRequest, { outputClamp }: EncodeTarget): JsonRecord {
  const limit = Math.min(output.maxTokens ?? Infinity, outputClamp ?? Infinity);
  if (!Number.isFinite(limit)) return {};
  return { max_output_tokens: Math.max(minOutputTokens, limit) };
}

/** Ids of users and caches have at most 64 characters; a longer one is still told apart by its hash. */
function shorten(id: string | undefined): string | undefined {
  return id === undefined || id.length <= 64 ? id : shortHash(id, 32);
}

/** Settings of other families that have no counterpart. */
function noteForeign({ output, safety, extras, state }: CanonicalRequest, losses: LossList): void {
  const drop = (severity: 'info' | 'warn' | 'fatal', at: string, given: unknown): void => {
    if (given !== undefined) losses.add(severity, 'dropped', at, 'there is no such setting here');
  };
  if ((output.choices ?? 1) > 1) drop('fatal', 'output.choices', output.choices);
  drop('warn', 'output.seed', output.seed);
  drop('warn', 'output.top_k', output.topK);
  drop('warn', 'output.frequency_penalty', output.frequencyPenalty);
  drop('warn', 'output.presence_penalty', output.presencePenalty);
  drop('warn', 'output.logit_bias', output.logitBias);
  drop('info', 'output.prediction', output.prediction);
  const isTextOnly = output.modalities?.every((modality) => modality === 'text') ?? true;
  if (!isTextOnly) drop('fatal', 'output.modalities', output.modalities);
  drop('warn', 'safety', safety);
  drop('fatal', 'state.previous_id', state?.previousId);
  // What becomes of each server is said with the tools.
  const { mcp_servers: _servers, ...ofAnthropic } = extras.anthropic ?? {};
  noteUncarried({ ...extras, anthropic: ofAnthropic }, family, losses);
}
