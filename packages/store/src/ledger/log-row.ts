import {
  completionTokensOf,
  logTypes,
  promptTokensOf,
  type AppliedPrice,
  type Usage,
  type UsageEvent,
} from '@turnpike/core';
import { clipText } from '../schema/clip-text.ts';
import type { Charge } from './charge.ts';

/** A row of `logs` as it is inserted. */
export interface LogRow {
  user_id: number;
  /** Unix seconds. */
  created_at: number;
  type: number;
  content: string;
  username: string;
  token_name: string;
  model_name: string;
  quota: number;
  prompt_tokens: number;
  completion_tokens: number;
  channel_id: number;
  request_id: string;
  /** Milliseconds. */
  elapsed_time: number;
  is_stream: boolean;
  system_prompt_reset: boolean;
  token_id: number | null;
  details: string | null;
}

/** Length of One API's text columns on MySQL. */
export const STRING_LENGTH = 191;

/** The log row of one charge. */
export function toLogRow({ event, quota }: Charge): LogRow {
  return {
    user_id: event.userId,
    created_at: Math.floor(event.at / 1000),
    type: logTypes.consume,
    content: describeCharge(event),
    username: clipText(event.username, STRING_LENGTH),
    token_name: clipText(event.apiTokenName, STRING_LENGTH),
    model_name: clipText(event.billedModel, STRING_LENGTH),
    quota,
    prompt_tokens: promptTokensOf(event.usage),
    completion_tokens: completionTokensOf(event.usage),
    channel_id: event.channelId,
    request_id: event.requestId,
    elapsed_time: event.durationMs,
    is_stream: event.isStream,
    system_prompt_reset: event.systemPromptReset,
    token_id: event.apiTokenId,
    details: chargeDetails(event),
  };
}

const priceTexts = new WeakMap<AppliedPrice, string>();

/** Remembered for each price object: a relay uses the same one for all requests of a model. */
function describePrice(price: AppliedPrice): string {
  let text = priceTexts.get(price);
  if (text === undefined) {
    const ratios = [price.modelRatio, price.groupRatio, price.completionRatio];
    text = `倍率：${ratios.map((ratio) => ratio.toFixed(2)).join(' × ')}`;
    priceTexts.set(price, text);
  }
  return text;
}

/** One API's text (model × group × completion), and what is unusual about this charge. */
function describeCharge({ price, usage, endState, writtenOff }: UsageEvent): string {
  let text = describePrice(price);
  if (usage.source !== 'reported') text += ` · usage ${usage.source}`;
  if (endState !== 'complete') text += ` · ${endState}`;
  if (writtenOff > 0) text += ` · written off ${writtenOff}`;
  return text;
}

/**
 * What the bill can be recomputed from besides the columns of the row, as JSON. What is usual is left out: this is
 * written for every request.
 */
function chargeDetails(event: UsageEvent): string {
  const { price, usage, billedModel, model, upstreamModel } = event;
  return JSON.stringify({
    operation: event.operation,
    priceSource: price.source,
    longPromptAbove: price.longPromptAbove,
    configVersion: price.version,
    firstByteMs: event.firstByteMs,
    usage: isPlain(usage) ? undefined : usage,
    endState: event.endState === 'complete' ? undefined : event.endState,
    attempts: event.attempts === 1 ? undefined : event.attempts,
    model: model === billedModel ? undefined : model,
    upstreamModel: upstreamModel === billedModel ? undefined : upstreamModel,
    nodeId: event.nodeId,
    writtenOff: event.writtenOff === 0 ? undefined : event.writtenOff,
    clientRequestId:
      event.clientRequestId === undefined ? undefined : clipText(event.clientRequestId, 256),
  });
}

/** Whether the two token columns say all. */
function isPlain(usage: Usage): boolean {
  const { input, output, images, seconds, characters, source } = usage;
  return (
    source === 'reported' &&
    !input.cacheRead &&
    !input.cacheWrite &&
    !input.audio &&
    !input.image &&
    !output.reasoning &&
    !output.audio &&
    !output.image &&
    !images &&
    !seconds &&
    !characters &&
    !usage.webSearches &&
    !usage.otherModels
  );
}
