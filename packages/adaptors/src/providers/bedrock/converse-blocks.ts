import { aliasCallId } from '../../translate/call-ids.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';
import { toDocument, toFoundDocument, toPicture, type MediaContext } from './converse-media.ts';

export interface BlockContext extends MediaContext {
  model: string;
  /** There are tools, so that calls and results may be told as such. */
  hasTools: boolean;
}

/** Content of a message as Converse's blocks. What has no form there is counted. */
export function toConverseBlocks(content: unknown, context: BlockContext): JsonObject[] {
  if (typeof content === 'string') return content.trim() === '' ? [] : [{ text: content }];
  return asObjects(content).flatMap((block) => [
    ...toBlock(block, context),
    ...toCachePoint(block, context),
  ]);
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
      return toText(block, context);
    case 'image':
      return toPicture(asObject(block['source']), context);
    case 'document':
      return toDocument(block, context);
    case 'search_result':
      return toFoundDocument(block, context);
    case 'tool_use':
      return toCall(block, context);
    case 'tool_result':
      return toResult(block, context);
    case 'thinking':
      return [
        {
          reasoningContent: {
            // Models without signatures leave it empty for Anthropic's clients.
            reasoningText: defined({
              text: block['thinking'],
              signature: asText(block['signature']),
            }),
          },
        },
      ];
    case 'redacted_thinking':
      return [{ reasoningContent: { redactedContent: block['data'] } }];
    default:
      noteUnknown(block, context);
      return [];
  }
}

function toText(block: JsonObject, { losses, at }: BlockContext): JsonObject[] {
  if (asText(block['text']) === undefined) return [];
  if (asArray(block['citations']).length > 0)
    losses.add('info', 'dropped', `${at}.citations`, 'sources of an earlier answer');
  return [{ text: block['text'] }];
}

function toCall({ id, name, input }: JsonObject, context: BlockContext): JsonObject[] {
  if (!context.hasTools) {
    noteTold(context);
    return [{ text: `[called ${String(name)} ${JSON.stringify(input)}]` }];
  }
  const toolUseId = toCallId(id, context.model);
  return [{ toolUse: { toolUseId, name, input: asObject(input) ?? {} } }];
}

/** What a tool came back with. Marks of the cache have no place within it: they stand behind. */
function toResult(block: JsonObject, context: BlockContext): JsonObject[] {
  const said = block['content'];
  const inner = { ...context, at: `${context.at}.tool_result` };
  const blocks = asObjects(said);
  const content =
    typeof said === 'string'
      ? toConverseBlocks(said, inner)
      : blocks.flatMap((one) => toBlock(one, inner));
  const isError = block['is_error'] === true;
  if (!context.hasTools) {
    noteTold(context);
    const words = isError ? '[the tool failed]' : '[no result]';
    return content.length === 0 || isError ? [{ text: words }, ...content] : content;
  }
  const marked = blocks.find((one) => asObject(one['cache_control']) !== undefined);
  const hasOwnMark = asObject(block['cache_control']) !== undefined;
  return [
    {
      toolResult: {
        toolUseId: toCallId(block['tool_use_id'], context.model),
        content: content.length === 0 ? [{ text: '.' }] : content,
        status: isError ? 'error' : 'success',
      },
    },
    ...(marked === undefined || hasOwnMark ? [] : toCachePoint(marked, context)),
  ];
}

function noteTold({ losses, at }: BlockContext): void {
  losses.add(
    'info',
    'approximated',
    `${at}.tools`,
    'calls are told in words where no tool is given',
  );
}

/** What upstreams ran themselves stays with them; what the client gave to read is missed. */
const stepTypes = /^(?:server_tool_use|mcp_tool_use|compaction|fallback)$|_tool_result$/;

function noteUnknown({ type }: JsonObject, { losses, at }: BlockContext): void {
  const isStep = typeof type === 'string' && stepTypes.test(type);
  losses.add(
    isStep ? 'warn' : 'fatal',
    'dropped',
    `${at}.${isStep ? 'step' : 'block'}`,
    isStep ? 'a step of another upstream' : 'a block that this upstream does not know',
  );
}

/** Behind what is to be cached, for the models that know it. */
export function toCachePoint(
  block: JsonObject,
  { model, losses, at }: Pick<BlockContext, 'model' | 'losses' | 'at'>,
): JsonObject[] {
  const mark = asObject(block['cache_control']);
  if (mark === undefined) return [];
  if (!/claude|nova/.test(model)) {
    losses.add('warn', 'dropped', `${at}.cache_control`, 'this model has no cache marks');
    return [];
  }
  return [{ cachePoint: defined({ type: 'default', ttl: asText(mark['ttl']) }) }];
}
