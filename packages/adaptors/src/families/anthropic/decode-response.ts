import {
  errors,
  type CanonicalResponse,
  type Finish,
  type JsonRecord,
  type Part,
  type Usage,
} from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { decodeBlock } from './decode-blocks.ts';
import { readMessagesUsage } from './read-usage.ts';
import { readStopReason } from './stop-reasons.ts';

/**
 * Reads a whole message. It equals the fold of the same answer's stream.
 *
 * @throws `bad_upstream_response` where the body is none
 */
export function decodeMessage(body: JsonRecord, dialect: Dialect): CanonicalResponse {
  if (!Array.isArray(body['content'])) throw errors.badUpstreamResponse();
  const parts = asArray(body['content']).flatMap((block) => decodeAnswerBlock(asObject(block)));
  const usage = readUsageOf(body, dialect);
  return defined({
    id: asText(body['id']) ?? '',
    model: asText(body['model']) ?? '',
    // Messages do not say when they were made.
    createdAt: 0,
    candidates: [{ index: 0, parts, finish: decodeFinish(body, hasCalls(parts)) }],
    usage,
    ...(usage !== undefined && usageOriginOf('anthropic', body['usage'])),
    serviceTier: asText(asObject(body['usage'])?.['service_tier']),
    extras: {},
    losses: [],
  });
}

export function readUsageOf(body: JsonRecord, dialect: Dialect): Usage | undefined {
  return dialect.readUsage === undefined ? readMessagesUsage(body) : dialect.readUsage(body);
}

/** A block of an answer; one that is none is left out, because an answer is not the client's mistake. */
export function decodeAnswerBlock(raw: JsonObject | undefined): Part[] {
  if (raw === undefined || asText(raw['type']) === undefined) return [];
  const isCall = raw['type'] === 'tool_use';
  if (isCall && (asText(raw['id']) === undefined || asText(raw['name']) === undefined)) return [];
  if (raw['type'] === 'tool_result') return [];
  return [decodeBlock(raw, 'content')];
}

/** @param body has `stop_reason` and what belongs to it: a message, or the delta at the end of a stream */
export function decodeFinish(body: JsonObject, isCalling: boolean): Finish {
  const finish = readStopReason(body['stop_reason']) ?? { reason: 'stop' };
  const stopSequence = asText(body['stop_sequence']);
  const details = asObject(body['stop_details']);
  return correctFinish(defined({ ...finish, stopSequence, details }), isCalling);
}

function hasCalls(parts: readonly Part[]): boolean {
  return parts.some((part) => part.kind === 'tool-call' && part.tool !== 'hosted');
}
