import type { JsonRecord } from '@turnpike/core';
import { madeHereMark } from '../../families/anthropic/made-here.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';
import { toCitation } from './converse-citations.ts';
import { toImageBlock } from './converse-image.ts';
import { ConverseSteps } from './converse-steps.ts';

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
  const steps = new ConverseSteps();
  return defined({
    type: 'message',
    role: 'assistant',
    content: asObjects(message['content']).flatMap((block) => toMessageBlocks(block, steps)),
    stop_reason: toStopReason(body['stopReason']),
    stop_sequence: readStopSequence(body['additionalModelResponseFields']),
    usage: toMessageUsage(asObject(body['usage']), asObject(body['serviceTier'])),
  });
}

export function readStopSequence(fields: unknown): unknown {
  const object = asObject(fields);
  return object?.['stop_sequence'] ?? asObject(object?.['delta'])?.['stop_sequence'];
}

/** A block of an answer as blocks of a message. Each has one member, which says what it is. */
export function toMessageBlocks(block: JsonObject, steps: ConverseSteps): JsonObject[] {
  const [kind] = Object.keys(block);
  if (kind === undefined) return [];
  const said = block[kind];
  if (kind === 'text') return typeof said === 'string' ? [{ type: 'text', text: said }] : [];
  const content = asObject(said) ?? {};
  switch (kind) {
    case 'toolUse':
      return [isOwnCall(content) ? steps.call(content) : toCall(content)];
    case 'toolResult':
      return steps.result(content);
    case 'citationsContent':
      return [toQuotation(content)];
    case 'image':
      return [toImageBlock(content)];
    case 'document':
      return [toDocumentBlock(content)];
    case 'searchResult':
      return [{ ...content, type: 'search_result', id: madeHereMark }];
    case 'guardContent': {
      const text = asObject(content['text'])?.['text'];
      return typeof text === 'string' ? [{ type: 'text', text }] : [];
    }
    case 'reasoningContent':
      return toThought(content);
    case 'cachePoint':
      return [];
    default:
      // Sound, film, and what nobody knows yet: no message has a form for it, and that is counted.
      return [{ type: kind, id: madeHereMark }];
  }
}

function toCall({ toolUseId: id, name, input = {} }: JsonObject): JsonObject {
  return { type: 'tool_use', id, name, input };
}

/** What Bedrock called itself is no call of the client's. */
export function isOwnCall({ type }: JsonObject): boolean {
  return type === 'server_tool_use';
}

function toThought(reasoning: JsonObject): JsonObject[] {
  const thought = asObject(reasoning['reasoningText']);
  if (thought !== undefined) {
    const { text: thinking = '', signature = '' } = thought;
    return [{ type: 'thinking', thinking, signature }];
  }
  const data = reasoning['redactedContent'];
  return data === undefined ? [] : [{ type: 'redacted_thinking', data }];
}

function toQuotation(quoted: JsonObject): JsonObject {
  const text = asArray(quoted['content'])
    .map((piece) => asText(asObject(piece)?.['text']) ?? '')
    .join('');
  const citations = asArray(quoted['citations']).map((one) => toCitation(asObject(one) ?? {}));
  return { type: 'text', text, citations };
}

function toDocumentBlock(document: JsonObject): JsonObject {
  const format = asText(document['format']) ?? 'pdf';
  const source = asObject(document['source']);
  const text = asText(source?.['text']);
  return {
    type: 'document',
    id: madeHereMark,
    title: document['name'] ?? null,
    source:
      text === undefined
        ? { type: 'base64', media_type: `application/${format}`, data: source?.['bytes'] }
        : { type: 'text', media_type: 'text/plain', data: text },
  };
}

/** Tokens of caches are counted apart here too. */
export function toMessageUsage(
  usage: JsonObject | undefined,
  tier?: JsonObject,
): JsonObject | undefined {
  return (
    usage &&
    defined({
      input_tokens: usage['inputTokens'],
      output_tokens: usage['outputTokens'],
      cache_read_input_tokens: usage['cacheReadInputTokens'],
      cache_creation_input_tokens: usage['cacheWriteInputTokens'],
      cache_creation: toWritesByLife(usage['cacheDetails']),
      service_tier: tier?.['type'] === 'default' ? 'standard' : asText(tier?.['type']),
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
