import type { JsonRecord } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { toCitation } from './converse-citations.ts';

const reasons: Readonly<Record<string, string>> = {
  guardrail_intervened: 'refusal',
  content_filtered: 'refusal',
  malformed_model_output: 'end_turn',
  malformed_tool_use: 'end_turn',
};

/** Converse's reasons are Anthropic's, and a few more. */
export function toStopReason(value: unknown): string {
  const reason = asText(value) ?? 'end_turn';
  return reasons[reason] ?? reason;
}

/** The message of a Converse answer; one that is a message already, as it is. */
export function toMessage(body: JsonRecord): JsonRecord {
  const message = asObject(asObject(body['output'])?.['message']);
  if (message === undefined) return body;
  return defined({
    type: 'message',
    role: 'assistant',
    content: asArray(message['content']).flatMap((block) => toMessageBlocks(asObject(block))),
    stop_reason: toStopReason(body['stopReason']),
    stop_sequence: readStopSequence(body['additionalModelResponseFields']),
    usage: toMessageUsage(asObject(body['usage'])),
  });
}

export function readStopSequence(fields: unknown): unknown {
  const object = asObject(fields);
  return object?.['stop_sequence'] ?? asObject(object?.['delta'])?.['stop_sequence'];
}

function toMessageBlocks(block: JsonObject | undefined): JsonObject[] {
  const text = block?.['text'];
  if (typeof text === 'string') return [{ type: 'text', text }];
  const call = asObject(block?.['toolUse']);
  if (call !== undefined) {
    const { toolUseId: id, name, input = {} } = call;
    return [{ type: toCallType(call), id, name, input }];
  }
  const quoted = asObject(block?.['citationsContent']);
  if (quoted !== undefined) return [toQuotation(quoted)];
  const image = asObject(block?.['image']);
  if (image !== undefined) return [toImage(image)];
  const reasoning = asObject(block?.['reasoningContent']);
  const thought = asObject(reasoning?.['reasoningText']);
  if (thought !== undefined) {
    const { text: thinking = '', signature = '' } = thought;
    return [{ type: 'thinking', thinking, signature }];
  }
  const data = reasoning?.['redactedContent'];
  return data === undefined ? [] : [{ type: 'redacted_thinking', data }];
}

/** What Bedrock called itself is no call of the client's. */
export function toCallType({ type }: JsonObject): string {
  return type === 'server_tool_use' ? 'server_tool_use' : 'tool_use';
}

function toQuotation(quoted: JsonObject): JsonObject {
  const text = asArray(quoted['content'])
    .map((piece) => asText(asObject(piece)?.['text']) ?? '')
    .join('');
  const citations = asArray(quoted['citations']).map((one) => toCitation(asObject(one) ?? {}));
  return { type: 'text', text, citations };
}

function toImage(image: JsonObject): JsonObject {
  const media_type = `image/${asText(image['format']) ?? 'png'}`;
  const data = asObject(image['source'])?.['bytes'];
  return { type: 'image', source: { type: 'base64', media_type, data } };
}

/** Tokens of caches are counted apart here too. */
export function toMessageUsage(usage: JsonObject | undefined): JsonObject | undefined {
  return (
    usage &&
    defined({
      input_tokens: usage['inputTokens'],
      output_tokens: usage['outputTokens'],
      cache_read_input_tokens: usage['cacheReadInputTokens'],
      cache_creation_input_tokens: usage['cacheWriteInputTokens'],
      cache_creation: toWritesByLife(usage['cacheDetails']),
    })
  );
}

/** What was written to the cache, by how long it lives. */
function toWritesByLife(details: unknown): JsonObject | undefined {
  const byLife = asArray(details).map(asObject);
  if (byLife.length === 0) return undefined;
  const tokensOf = (life: string): unknown =>
    byLife.find((entry) => entry?.['ttl'] === life)?.['inputTokens'] ?? 0;
  return {
    ephemeral_5m_input_tokens: tokensOf('5m'),
    ephemeral_1h_input_tokens: tokensOf('1h'),
  };
}
