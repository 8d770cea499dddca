import type { Candidate, CanonicalResponse, MediaPart, ToolCallPart } from '@turnpike/core';
import type { Encoded, TranslationContext } from '../../translation.ts';
import { correctFinish } from '../../translate/correct-finish.ts';
import { toDataUrl } from '../../translate/data-url.ts';
import { LossList } from '../../translate/loss-list.ts';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { encodeAnnotations } from './encode-annotations.ts';
import { encodeShownCode } from './encode-shown-code.ts';
import { encodeCallState, encodeDetails, type Seal } from './encode-thoughts.ts';
import { encodeChatUsage } from './encode-usage.ts';
import { writeFinish } from './finish-reasons.ts';

/** Makes the completion that a chat client gets. */
export function encodeCompletion(
  response: CanonicalResponse,
  context: TranslationContext,
): Encoded {
  const losses = new LossList();
  const { usage, usageOrigin } = response;
  return {
    body: defined({
      id: toCompletionId(response.id, context.requestId),
      object: 'chat.completion',
      created: toCreated(response.createdAt),
      model: context.model,
      choices: response.candidates.map((candidate) =>
        encodeChoice(candidate, context.seal, losses),
      ),
      usage: usage && withOwnFigures(encodeChatUsage(usage), usageOrigin, 'openai-chat'),
      service_tier: response.serviceTier,
      system_fingerprint: response.fingerprint ?? null,
    }),
    losses: losses.losses,
  };
}

export function toCompletionId(id: string, requestId: string): string {
  return id.startsWith('chatcmpl-') ? id : `chatcmpl-${id === '' ? requestId : id}`;
}

/** Not every upstream says when it answered. */
export function toCreated(createdAt: number): number {
  return createdAt === 0 ? Math.floor(Date.now() / 1000) : createdAt;
}

function encodeChoice(candidate: Candidate, seal: Seal, losses: LossList): JsonObject {
  const message = encodeMessage(candidate, seal, losses);
  const hasCalls = message['tool_calls'] !== undefined;
  return {
    index: candidate.index,
    message,
    logprobs: candidate.logprobs ?? null,
    finish_reason: writeFinish(correctFinish(candidate.finish, hasCalls)),
  };
}

function encodeMessage({ parts, finish }: Candidate, seal: Seal, losses: LossList): JsonObject {
  let content = '';
  let reasoning = '';
  let refusal = '';
  const details: unknown[] = [];
  const annotations: JsonObject[] = [];
  const calls: JsonObject[] = [];
  const images: JsonObject[] = [];
  let audio: JsonObject | undefined;
  let thoughts = 0;
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        annotations.push(
          ...encodeAnnotations(part.annotations ?? [], content.length, part.text.length),
        );
        content += part.text;
        break;
      case 'reasoning': {
        const text = part.text ?? (part.summary ?? []).join('\n\n');
        reasoning += text;
        details.push(...encodeDetails(part, text, { index: thoughts++, seal }));
        break;
      }
      case 'refusal':
        refusal += part.text;
        break;
      case 'tool-call':
        if (part.tool === 'hosted') content += encodeShownCode(part, content === '', losses);
        else calls.push(encodeCall(part, seal));
        break;
      case 'media':
        if (part.media === 'image') images.push(...encodeImage(part));
        else if (part.media === 'audio') audio = encodeAudio(part);
        else losses.add('fatal', 'dropped', `answer.${part.media}`, 'it has no form here');
        break;
      case 'tool-result':
      case 'provider-item':
        content += encodeShownCode(part, content === '', losses);
        break;
    }
  }
  return defined({
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? (explanationOf(finish.details) ?? null) : refusal,
    reasoning_content: reasoning === '' ? undefined : reasoning,
    reasoning_details: details.length === 0 ? undefined : details,
    tool_calls: calls.length === 0 ? undefined : calls,
    annotations: annotations.length === 0 ? undefined : annotations,
    images: images.length === 0 ? undefined : images,
    audio,
  });
}

/** Why an upstream refused, where it says so beside the answer. */
export function explanationOf(details: unknown): string | undefined {
  const explanation = (details as JsonObject | undefined)?.['explanation'];
  return typeof explanation === 'string' ? explanation : undefined;
}

function encodeCall(part: ToolCallPart, seal: Seal): JsonObject {
  const { callId, name, tool, argumentsJson = '', input = '', state } = part;
  return defined({
    id: callId,
    ...(tool === 'custom'
      ? { type: 'custom', custom: { name, input } }
      : {
          type: 'function',
          function: { name, arguments: argumentsJson.trim() === '' ? '{}' : argumentsJson },
        }),
    extra_content: encodeCallState(state, seal),
  });
}

export function encodeImage({ source, mime = 'image/png' }: MediaPart): JsonObject[] {
  const url = source.base64 === undefined ? source.url : toDataUrl(mime, source.base64);
  return url === undefined ? [] : [{ type: 'image_url', image_url: { url } }];
}

export function encodeAudio({ source, transcript = '', extras }: MediaPart): JsonObject {
  return {
    id: 'audio',
    expires_at: 0,
    ...extras?.['openai-chat'],
    transcript,
    data: source.base64 ?? '',
  };
}
