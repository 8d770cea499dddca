import type { Finish, JsonRecord, Part } from '@turnpike/core';
import { asArray, asObject, asObjects, asText } from '../../wire/json-object.ts';
import { decodeAnnotations, stringOf } from './decode-content.ts';
import { decodeHostedItem } from './decode-hosted-item.ts';
import { decodeCall, decodeReasoning } from './decode-input.ts';

const family = 'openai-responses';

/** The parts of one item of `output`. What only this family knows stays whole. */
export function decodeOutputItem(item: JsonRecord): Part[] {
  const type = stringOf(item['type']);
  switch (type) {
    case 'message':
      return asObjects(item['content']).map((raw) => decodeSaid(raw, item));
    case 'reasoning':
    case 'compaction': {
      const { origin: _, ...part } = decodeReasoning(item);
      return [part];
    }
    case 'function_call':
    case 'custom_tool_call':
      return [decodeCall(item)];
    case 'image_generation_call':
      return [decodePicture(item)];
    default:
      return (
        decodeHostedItem(item) ?? [{ kind: 'provider-item', family, itemType: type, raw: item }]
      );
  }
}

/** A content part of a message. */
export function decodeSaid(raw: JsonRecord, { id, phase }: JsonRecord): Part {
  const own = {
    ...(typeof id === 'string' && { id }),
    ...(typeof phase === 'string' && { extras: { [family]: { phase } } }),
  };
  if (raw['type'] === 'refusal') {
    return { kind: 'refusal', text: stringOf(raw['refusal']), ...own };
  }
  const annotations = decodeAnnotations(raw['annotations']);
  return {
    kind: 'text',
    text: stringOf(raw['text']),
    ...(annotations.length > 0 && { annotations }),
    ...own,
  };
}

function decodePicture(item: JsonRecord): Part {
  const format = asText(item['output_format']) ?? 'png';
  const base64 = asText(item['result']);
  // One that could not be made is no picture.
  if (base64 === undefined)
    return { kind: 'provider-item', family, itemType: 'image_generation_call', raw: item };
  return { kind: 'media', media: 'image', mime: `image/${format}`, source: { base64 } };
}

/** Log probabilities of a message's content, in the form in which they are handed on: under `content`. */
export function decodeLogprobs(lists: readonly unknown[]): unknown {
  const content = lists.flatMap((list) => asArray(list));
  return content.length === 0 ? undefined : { content };
}

/** How the whole answer ended. */
export function decodeFinish(response: JsonRecord, parts: readonly Part[]): Finish {
  const status = stringOf(response['status']);
  const raw = asText(asObject(response['incomplete_details'])?.['reason']) ?? status;
  return { reason: finishReason(status, raw, parts), raw };
}

function finishReason(status: string, raw: string, parts: readonly Part[]): Finish['reason'] {
  switch (status) {
    case 'completed':
      if (parts.some(isCall)) return 'tool-calls';
      return parts.some(({ kind }) => kind === 'refusal') ? 'refusal' : 'stop';
    case 'incomplete':
      if (raw === 'max_output_tokens') return 'length';
      return raw === 'content_filter' ? 'content-filter' : 'pause';
    case 'failed':
      return 'error';
    default:
      return 'other';
  }
}

function isCall(part: Part): boolean {
  return part.kind === 'tool-call' && part.tool !== 'hosted';
}
