import type { Annotation, MediaPart, Part } from '@turnpike/core';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { refuse } from '../openai-chat/refuse.ts';
import { decodeHostedCall, decodeHostedResult } from './decode-hosted-blocks.ts';
import { isMadeHere } from './made-here.ts';

const family = 'anthropic';

/**
 * The parts of a message's content: text, a list of blocks, or nothing. Every block is kept as its part's origin.
 *
 * @param at where it is, for the error
 * @throws `invalid_request` where it is neither text nor a list of blocks
 */
export function decodeBlocks(content: unknown, at: string): Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) throw refuse(at, 'must be text or a list', '必须是文本或列表');
  return content.map((value, index) => {
    const place = `${at}.${index}`;
    const raw = asObject(value);
    if (raw === undefined) throw refuse(place, 'must be an object', '必须是对象');
    return decodeBlock(raw, place);
  });
}

/**
 * One block, of a request or of an answer.
 *
 * @throws `invalid_request` with `param` for a block without what makes it one
 */
export function decodeBlock(raw: JsonObject, at: string): Part {
  const type = asText(raw['type']);
  if (type === undefined) throw refuse(`${at}.type`, 'is required', '为必填项');
  const part = decodeKnown(type, raw, at) ?? {
    kind: 'provider-item' as const,
    family,
    itemType: type,
    raw,
  };
  const cache = readCacheControl(raw);
  return {
    ...part,
    ...(cache !== undefined && { cache }),
    ...(!isOfAnotherVendor(raw) && { origin: { family, raw } }),
  };
}

/** A block that was made here of another vendor's answer: Anthropic must not see it as it is. */
function isOfAnotherVendor(raw: JsonObject): boolean {
  if (isMadeHere(raw['id']) || isMadeHere(raw['tool_use_id'])) return true;
  if (raw['type'] !== 'text') return false;
  return asArray(raw['citations']).some((one) => isMadeHere(asObject(one)?.['encrypted_index']));
}

function decodeKnown(type: string, raw: JsonObject, at: string): Part | undefined {
  switch (type) {
    case 'text': {
      const annotations = decodeCitations(raw['citations']);
      const text = typeof raw['text'] === 'string' ? raw['text'] : '';
      return { kind: 'text', text, ...(annotations.length > 0 && { annotations }) };
    }
    case 'image':
      return decodeMedia('image', raw);
    case 'document':
      return decodeMedia('document', raw);
    case 'search_result':
      return decodeSearchResult(raw);
    case 'thinking':
      return decodeThinking(raw);
    case 'redacted_thinking': {
      const value = asText(raw['data']) ?? '';
      return { kind: 'reasoning', isRedacted: true, state: [{ family, kind: 'redacted', value }] };
    }
    case 'tool_use':
      return decodeToolUse(raw, at);
    case 'tool_result':
      return decodeToolResult(raw, at);
    case 'server_tool_use':
    case 'mcp_tool_use':
      return decodeHostedCall(raw);
    default:
      return type.endsWith('_tool_result') ? decodeHostedResult(raw) : undefined;
  }
}

function decodeThinking(raw: JsonObject): Part {
  const value = asText(raw['signature']);
  const text = asText(raw['thinking']);
  return {
    kind: 'reasoning',
    ...(text !== undefined && { text: String(raw['thinking']) }),
    ...(value !== undefined && { state: [{ family, kind: 'signature', value }] }),
  };
}

function decodeToolUse(raw: JsonObject, at: string): Part {
  const { callId, name } = readCall(raw, at);
  const argumentsJson = JSON.stringify(raw['input'] ?? {});
  return { kind: 'tool-call', callId, name, tool: 'function', argumentsJson };
}

function readCall(raw: JsonObject, at: string): { callId: string; name: string } {
  const callId = asText(raw['id']);
  const name = asText(raw['name']);
  if (callId === undefined) throw refuse(`${at}.id`, 'is required', '为必填项');
  if (name === undefined) throw refuse(`${at}.name`, 'is required', '为必填项');
  return { callId, name };
}

function decodeToolResult(raw: JsonObject, at: string): Part {
  const callId = asText(raw['tool_use_id']);
  if (callId === undefined) throw refuse(`${at}.tool_use_id`, 'is required', '为必填项');
  return {
    kind: 'tool-result',
    callId,
    tool: 'function',
    content: decodeBlocks(raw['content'], `${at}.content`),
    ...(raw['is_error'] === true && { isError: true }),
  };
}

function decodeMedia(media: 'image' | 'document', raw: JsonObject): Part | undefined {
  const source = asObject(raw['source']);
  const found = source === undefined ? undefined : readSource(source);
  if (found === undefined) return undefined;
  const citations = asObject(raw['citations'])?.['enabled'];
  return defined({
    kind: 'media' as const,
    media,
    mime: asText(source?.['media_type']) ?? (media === 'document' ? 'application/pdf' : undefined),
    source: found,
    title: asText(raw['title']),
    context: asText(raw['context']),
    hasCitations: typeof citations === 'boolean' ? citations : undefined,
  });
}

function readSource(source: JsonObject): MediaPart['source'] | undefined {
  const data = typeof source['data'] === 'string' ? source['data'] : undefined;
  const url = asText(source['url']);
  const fileId = asText(source['file_id']);
  switch (source['type']) {
    case 'base64':
      return data === undefined ? undefined : { base64: data };
    case 'text':
      return data === undefined ? undefined : { text: data };
    case 'url':
      return url === undefined ? undefined : { url };
    case 'file':
      return fileId === undefined ? undefined : { fileId };
    case 'content':
      return { text: textOf(source['content']) };
    default:
      return undefined;
  }
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return asArray(content)
    .flatMap((block) => asText(asObject(block)?.['text']) ?? [])
    .join('\n');
}

/** What a client found itself: to other families a document with a title. */
function decodeSearchResult(raw: JsonObject): Part {
  return defined({
    kind: 'media' as const,
    media: 'document' as const,
    mime: 'text/plain',
    source: { text: textOf(raw['content']) },
    title: asText(raw['title']),
    context: asText(raw['source']),
  });
}

/** @returns undefined where there is no mark */
export function readCacheControl(raw: JsonObject): { ttl?: string } | undefined {
  const mark = asObject(raw['cache_control']);
  if (mark === undefined) return undefined;
  const ttl = asText(mark['ttl']);
  return ttl === undefined ? {} : { ttl };
}

function decodeCitations(value: unknown): readonly Annotation[] {
  return asArray(value).flatMap((entry) => {
    const raw = asObject(entry);
    return raw === undefined ? [] : [decodeCitation(raw)];
  });
}

/** What the client called a search result of its own: an address, or any other name. */
function readAddress(source: unknown): string | undefined {
  const text = asText(source);
  return text !== undefined && /^https?:\/\//.test(text) ? text : undefined;
}

/** Where they stand in the text they do not say: a citation is of the whole block. */
export function decodeCitation(raw: JsonObject): Annotation {
  const url = asText(raw['url']) ?? readAddress(raw['source']);
  const fileId = asText(raw['file_id']);
  return defined({
    kind:
      url === undefined
        ? fileId === undefined
          ? ('other' as const)
          : ('file' as const)
        : ('url' as const),
    url,
    title: asText(raw['title']) ?? asText(raw['document_title']),
    fileId,
    citedText: asText(raw['cited_text']),
    origin: isMadeHere(raw['encrypted_index']) ? undefined : ({ family, raw } as const),
  });
}
