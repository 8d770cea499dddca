import type { CanonicalResponse, Finish } from '@turnpike/core';
import type { Encoded, TranslationContext } from '../../translation.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { LossList } from '../../translate/loss-list.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { encodeAnswerPart } from './encode-blocks.ts';
import { encodeMessagesUsage } from './encode-usage.ts';
import { writeStopReason } from './stop-reasons.ts';
import { isLatestVersion } from './version.ts';

/** Makes the message that a client of the Messages API gets. Only the first candidate has a place in it. */
export function encodeMessage(response: CanonicalResponse, context: TranslationContext): Encoded {
  const { origin } = response;
  if (origin?.family === 'anthropic') {
    return { body: { ...origin.raw, model: context.model }, losses: [] };
  }
  const losses = new LossList();
  const isLatest = isLatestVersion(context.path);
  const [candidate, ...others] = response.candidates;
  if (others.length > 0) {
    losses.add('fatal', 'dropped', 'answer.candidates', 'one answer only has a place here');
  }
  const content = (candidate?.parts ?? []).flatMap((part) =>
    encodeAnswerPart(part, { isLatest, seal: context.seal, losses }),
  );
  const hasCalls = content.some(({ type }) => type === 'tool_use');
  const finish = correctFinish(candidate?.finish ?? { reason: 'other' }, hasCalls);
  return {
    body: {
      id: toMessageId(response.id, context.requestId),
      type: 'message',
      role: 'assistant',
      model: context.model,
      content,
      ...encodeStop(finish, isLatest),
      usage: encodeMessagesUsage(response, isLatest),
      ...(isLatest && { container: null, diagnostics: null }),
    },
    losses: losses.losses,
  };
}

/** Anthropic's own id, else one made of ours. */
export function toMessageId(id: string, requestId: string): string {
  return id.startsWith('msg_') ? id : `msg_${requestId.replaceAll(/[^A-Za-z0-9]/g, '')}`;
}

/** How a message ended: members of it, and of a stream's last delta. */
export function encodeStop(finish: Finish, isLatest: boolean): JsonObject {
  const reason = writeStopReason(finish);
  const details =
    reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null;
  return {
    stop_reason: reason,
    stop_sequence: reason === 'stop_sequence' ? (finish.stopSequence ?? null) : null,
    ...(isLatest && { stop_details: finish.details ?? details }),
  };
}
