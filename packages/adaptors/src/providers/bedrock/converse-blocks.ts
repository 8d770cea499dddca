import { aliasCallId } from '../../translate/call-ids.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

export interface BlockContext {
  model: string;
  /** There are tools, so that calls and results may be told as such. */
  hasTools: boolean;
  /** Documents must have names of their own. */
  nextDocument: () => number;
}

/** Content of a message as Converse's blocks. */
export function toConverseBlocks(content: unknown, context: BlockContext): JsonObject[] {
  if (typeof content === 'string') return content.trim() === '' ? [] : [{ text: content }];
  return asArray(content).flatMap((value) => {
    const block = asObject(value) ?? {};
    return [...toBlock(block, context), ...toCachePoint(block, context.model)];
  });
}

/** Mistral's models want nine letters and digits. */
function toCallId(id: unknown, model: string): string {
  const rule = model.includes('mistral')
    ? { characters: 'A-Za-z0-9', maxLength: 9, exactLength: 9 }
    : { characters: 'A-Za-z0-9_-', maxLength: 64 };
  return aliasCallId(asText(id) ?? '', rule);
}

function toBlock(block: JsonObject, context: BlockContext): JsonObject[] {
  switch (block['type']) {
    case 'text':
      return asText(block['text']) === undefined ? [] : [{ text: block['text'] }];
    case 'image':
      return toImage(asObject(block['source']));
    case 'document':
      return toDocument(block, context);
    case 'tool_use': {
      const { name, input } = block;
      if (!context.hasTools) return [{ text: `[called ${String(name)} ${JSON.stringify(input)}]` }];
      const toolUseId = toCallId(block['id'], context.model);
      return [{ toolUse: { toolUseId, name, input: asObject(input) ?? {} } }];
    }
    case 'tool_result':
      return toResult(block, context);
    case 'thinking':
      return [
        {
          reasoningContent: {
            reasoningText: { text: block['thinking'], signature: block['signature'] },
          },
        },
      ];
    case 'redacted_thinking':
      return [{ reasoningContent: { redactedContent: block['data'] } }];
    default:
      return [];
  }
}

function toResult(block: JsonObject, context: BlockContext): JsonObject[] {
  const content = toConverseBlocks(block['content'], context);
  if (!context.hasTools) return content.length === 0 ? [{ text: '[no result]' }] : content;
  return [
    {
      toolResult: {
        toolUseId: toCallId(block['tool_use_id'], context.model),
        content: content.length === 0 ? [{ text: '.' }] : content,
        status: block['is_error'] === true ? 'error' : 'success',
      },
    },
  ];
}

function toImage(source: JsonObject | undefined): JsonObject[] {
  const format = asText(source?.['media_type'])?.replace('image/', '');
  const bytes = asText(source?.['data']);
  return format === undefined || bytes === undefined
    ? []
    : [{ image: { format, source: { bytes } } }];
}

function toDocument(block: JsonObject, context: BlockContext): JsonObject[] {
  const source = asObject(block['source']);
  const data = asText(source?.['data']);
  if (data === undefined) return [];
  const isText = source?.['type'] === 'text';
  return [
    {
      document: defined({
        format: isText ? 'txt' : 'pdf',
        name: `document-${context.nextDocument()}`,
        source: { bytes: isText ? Buffer.from(data).toString('base64') : data },
        citations: asObject(block['citations']),
      }),
    },
  ];
}

/** Behind what is to be cached, for the models that know it. */
export function toCachePoint(block: JsonObject, model: string): JsonObject[] {
  const mark = asObject(block['cache_control']);
  if (mark === undefined || !/claude|nova/.test(model)) return [];
  return [{ cachePoint: defined({ type: 'default', ttl: asText(mark['ttl']) }) }];
}
