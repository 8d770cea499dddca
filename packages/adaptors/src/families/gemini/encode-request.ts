import type { CanonicalRequest, JsonRecord } from '@turnpike/core';
import type { EncodedUpstreamRequest, EncodeTarget } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { shareStops } from '../../translate/share-stops.ts';
import { toRestoration } from '../../translate/restore-tools.ts';
import { listToolAliases, toolNameRules } from '../../translate/tool-names.ts';
import { asObject } from '../../wire/json-object.ts';
import { encodeContents } from './encode-contents.ts';
import type { EncodeContext } from './encode-context.ts';
import { encodeGenerationConfig, maxStops } from './encode-generation-config.ts';
import { noteRemoteMedia } from './encode-media.ts';
import { encodeTools } from './encode-tools.ts';
import { member } from './member.ts';
import { modelFactsOf } from './model-facts.ts';
import { defaultSafety } from './safety.ts';

/** Makes a `GenerateContentRequest`. What a Gemini client said is said again in its own words. */
export function encodeGeminiRequest(
  request: CanonicalRequest,
  target: EncodeTarget,
): EncodedUpstreamRequest {
  const native = request.extras.gemini;
  const context: EncodeContext = {
    target,
    facts: modelFactsOf(target.model),
    losses: new LossList(),
  };
  const stops = shareStops(
    native === undefined ? request.output.stop : undefined,
    maxStops,
    context.losses,
  );
  const body =
    native === undefined
      ? encodeTranslated(request, stops.sent, context)
      : encodeNative(request, native, context);
  const custom = request.tools.filter(({ kind }) => kind === 'custom');
  const restoration = toRestoration({
    names: listToolAliases(request, toolNameRules.gemini),
    customTools: new Set(custom.map(({ name }) => name ?? '')),
  });
  return {
    body,
    headers: tierHeaders(request, context),
    losses: context.losses.losses,
    ...(stops.cut !== undefined && { cutsAt: stops.cut }),
    ...(restoration !== undefined && native === undefined && { restoration }),
  };
}

function encodeTranslated(
  request: CanonicalRequest,
  stops: readonly string[] | undefined,
  context: EncodeContext,
): JsonRecord {
  const { tools, toolConfig } = encodeTools(request, context);
  const generationConfig = encodeGenerationConfig(request, stops, context);
  const safetySettings = Array.isArray(request.safety)
    ? (request.safety as unknown[])
    : defaultSafety(context);
  const serviceTier = tierOf(request, context);
  return {
    ...encodeContents(request, context),
    ...(tools !== undefined && { tools }),
    ...(toolConfig !== undefined && { toolConfig }),
    ...(safetySettings.length > 0 && { safetySettings }),
    ...(generationConfig !== undefined && { generationConfig }),
    ...(serviceTier !== undefined && sendsTier(context) && { serviceTier }),
  };
}

/** A request that came in this very form: its members as they were, with what the channel and the budget change. */
function encodeNative(
  request: CanonicalRequest,
  native: JsonRecord,
  context: EncodeContext,
): JsonRecord {
  const { systemPrompt, outputClamp } = context.target;
  const isUntouched = request.turns.every(({ origin }) => origin?.family === 'gemini');
  if (isUntouched)
    for (const [index, { parts }] of request.turns.entries())
      for (const part of parts) noteRemoteMedia(part, `turns[${index}]`, context);
  const { contents, systemInstruction } = isUntouched
    ? {
        contents: request.turns.map(({ origin }) => origin?.raw),
        systemInstruction: member(native, 'systemInstruction'),
      }
    : encodeContents(request, context);
  const instruction =
    systemPrompt === undefined || systemPrompt === ''
      ? systemInstruction
      : { parts: [{ text: systemPrompt }] };
  const { systemInstruction: _camel, system_instruction: _snake, ...rest } = native;
  return {
    ...rest,
    contents,
    ...(instruction !== undefined && { systemInstruction: instruction }),
    ...clampNative(native, outputClamp),
  };
}

function clampNative(native: JsonRecord, outputClamp: number | undefined): JsonRecord {
  if (outputClamp === undefined) return {};
  const key = 'generation_config' in native ? 'generation_config' : 'generationConfig';
  const config = asObject(native[key]);
  const { max_output_tokens: _, ...rest } = config ?? {};
  const declared = member(config, 'maxOutputTokens');
  const limit = typeof declared === 'number' ? Math.min(declared, outputClamp) : outputClamp;
  return { [key]: { ...rest, maxOutputTokens: limit } };
}

const tiers: Readonly<Record<string, string>> = {
  default: 'standard',
  standard: 'standard',
  flex: 'flex',
  priority: 'priority',
};

function tierOf({ serviceTier }: CanonicalRequest, { losses }: EncodeContext): string | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  const tier = tiers[serviceTier];
  if (tier === undefined) losses.add('info', 'dropped', 'serviceTier', 'there is no such tier');
  return tier;
}

/** Vertex takes the tier as a header. */
function sendsTier({ target }: EncodeContext): boolean {
  return target.dialect.gemini?.tierHeader === undefined;
}

function tierHeaders(request: CanonicalRequest, { target }: EncodeContext): Record<string, string> {
  const header = target.dialect.gemini?.tierHeader;
  const tier = tiers[request.serviceTier ?? ''];
  return header === undefined || tier === undefined || tier === 'standard'
    ? {}
    : { [header]: tier };
}
