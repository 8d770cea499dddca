import type { CanonicalRequest, OutputFormat, OutputSettings, Tool } from '@turnpike/core';
import type { ChatTraits } from '../../codec.ts';
import type { EncodedUpstreamRequest, EncodeTarget } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { noteUncarried } from '../../translate/note-uncarried.ts';
import { toRestoration } from '../../translate/restore-tools.ts';
import { shareStops } from '../../translate/share-stops.ts';
import { shortHash } from '../../translate/short-hash.ts';
import { aliasToolName, listToolAliases, toolNameRules } from '../../translate/tool-names.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { applyDialect } from './apply-dialect.ts';
import { limitKeyOf, traitsOf } from './chat-traits.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeReasoningSettings } from './encode-reasoning-settings.ts';
import { encodeTools, listCustomTools } from './encode-tools.ts';
import { mayTranslateHosted } from '../../translate/hosted-tools.ts';

const rule = toolNameRules['openai-chat'];

/** Makes the body for an upstream of the chat family. What a chat client said of itself goes along unchanged. */
export function encodeChatRequest(
  request: CanonicalRequest,
  target: EncodeTarget,
): EncodedUpstreamRequest {
  const traits = traitsOf(target.dialect, target.model);
  const losses = new LossList();
  const aliasName = (name: string): string => aliasToolName(name, rule);
  const translatesHosted = mayTranslateHosted(target);
  const context = { traits, losses, aliasName, translatesHosted };
  const own = request.extras['openai-chat'];
  const stops = shareStops(
    own === undefined ? request.output.stop : undefined,
    traits.maxStops ?? Infinity,
    losses,
  );
  const body: JsonObject = {
    ...(own === undefined ? encodeSettings(request, traits, losses) : withoutTools(own)),
    ...(own === undefined && defined({ stop: stops.sent })),
    model: target.model,
    messages: encodeMessages(request, {
      ...context,
      systemPrompt: target.systemPrompt,
      scope: target.scope,
    }),
    ...encodeTools(request, context),
    ...encodeStream(request, target, own),
  };
  noteForeign(request, losses);
  const limited = { ...body, ...encodeLimit(request, target, body) };
  return defined({
    body: applyDialect(limited, target.dialect, losses),
    headers: {},
    losses: losses.losses,
    cutsAt: stops.cut,
    restoration: toRestoration({
      names: listToolAliases({ tools: request.tools.filter(isForeign) }, rule),
      customTools: listCustomTools(request.tools),
    }),
  });
}

/** Tools of this family go as they came. */
function isForeign({ origin }: Tool): boolean {
  return origin?.family !== 'openai-chat';
}

/** Tools of the old form were read with the others. */
function withoutTools(own: JsonObject): JsonObject {
  const {
    functions: _functions,
    function_call: _call,
    tool_choice: _choice,
    parallel_tool_calls: _parallel,
    ...rest
  } = own;
  return rest;
}

/** Members of a request that came from another family. */
function encodeSettings(
  request: CanonicalRequest,
  traits: ChatTraits,
  losses: LossList,
): JsonObject {
  const { output, identity } = request;
  return defined({
    n: output.choices === 1 ? undefined : output.choices,
    seed: output.seed,
    ...encodeSampling(output, traits, losses),
    response_format: encodeFormat(output.format, traits, losses),
    verbosity: output.verbosity,
    modalities: output.modalities,
    audio: output.audio,
    user: encodeUser(identity.endUser),
    prompt_cache_key: identity.cacheKey,
    service_tier: request.serviceTier === 'standard_only' ? 'default' : request.serviceTier,
    web_search_options: request.webSearch,
    ...encodeReasoningSettings(request, traits, losses),
  });
}

/** OpenAI takes 64 characters; what is longer is told apart as well by its hash. */
function encodeUser(endUser: string | undefined): string | undefined {
  return endUser === undefined || endUser.length <= 64 ? endUser : shortHash(endUser, 32);
}

/** Settings of the draw of words: OpenAI's thinking models refuse all of them. */
function encodeSampling(
  output: OutputSettings,
  { takesTopK, refusesSampling }: ChatTraits,
  losses: LossList,
): JsonObject {
  const { topK } = output;
  if (topK !== undefined && takesTopK !== true) {
    losses.add('warn', 'dropped', 'output.top_k', 'this upstream does not know it');
  }
  const settings = defined({
    temperature: output.temperature,
    top_p: output.topP,
    top_k: takesTopK === true ? topK : undefined,
    frequency_penalty: output.frequencyPenalty,
    presence_penalty: output.presencePenalty,
    logit_bias: output.logitBias,
    logprobs: output.logprobs?.enabled,
    top_logprobs: output.logprobs?.top,
  });
  if (refusesSampling !== true) return settings;
  if (Object.keys(settings).length > 0) {
    losses.add('warn', 'dropped', 'output.temperature', 'this model takes no sampling settings');
  }
  return {};
}

function encodeFormat(
  format: OutputFormat | undefined,
  { lacksJsonSchema }: ChatTraits,
  losses: LossList,
): JsonObject | undefined {
  switch (format?.type) {
    case undefined:
      return undefined;
    case 'text':
      return { type: 'text' };
    case 'json':
      return { type: 'json_object' };
    case 'json-schema':
      if (lacksJsonSchema === true) {
        losses.add(
          'fatal',
          'approximated',
          'output.format',
          'JSON, but its schema is not enforced',
        );
        return { type: 'json_object' };
      }
      return {
        type: 'json_schema',
        json_schema: defined({
          name: format.name ?? 'answer',
          description: format.description,
          schema: format.schema,
          strict: format.isStrict,
        }),
      };
  }
}

function encodeStream(
  { isStream }: CanonicalRequest,
  { dialect }: EncodeTarget,
  own: JsonObject | undefined,
): JsonObject {
  if (!isStream) return own?.['stream'] === undefined ? {} : { stream: false };
  if (dialect.streamUsage !== 'on-request') return { stream: true };
  const options = own?.['stream_options'] as JsonObject | undefined;
  return { stream: true, stream_options: { ...options, include_usage: true } };
}

/** The client's limit under the name that the model knows, lowered to what the budget pays for. */
function encodeLimit(
  { output }: CanonicalRequest,
  { model, outputClamp }: EncodeTarget,
  body: JsonObject,
): JsonObject {
  const limit = Math.min(output.maxTokens ?? Infinity, outputClamp ?? Infinity);
  if (!Number.isFinite(limit)) return {};
  const present = ['max_completion_tokens', 'max_tokens'].filter(
    (key) => typeof body[key] === 'number',
  );
  if (present.length === 0) return { [limitKeyOf(model)]: limit };
  return Object.fromEntries(present.map((key) => [key, Math.min(Number(body[key]), limit)]));
}

/** Members that only the client's own family has. */
function noteForeign(request: CanonicalRequest, losses: LossList): void {
  if (request.state?.previousId !== undefined) {
    losses.add('fatal', 'dropped', 'state.previous_id', 'the conversation is stored elsewhere');
  }
  if (request.safety !== undefined && request.extras['openai-chat'] === undefined) {
    losses.add('warn', 'dropped', 'safety', 'safety settings of another vendor');
  }
  noteUncarried(request.extras, 'openai-chat', losses);
  if (request.extras['openai-chat'] !== undefined) return;
  if (request.identity.metadata !== undefined) {
    losses.add('info', 'dropped', 'identity.metadata', 'it is kept with stored answers only');
  }
}
