import type { LossList } from '../../translate/loss-list.ts';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

/** More than this many are refused. */
const mostMarks = 4;

/** Leaves the last marks of a request, because they cover what stands before them too. */
export function limitCacheMarks(body: JsonObject, losses: LossList): JsonObject {
  const marked = markedBlocks(body);
  if (marked.length <= mostMarks) return body;
  losses.add('warn', 'dropped', 'cache', `only ${mostMarks} cache marks are possible`);
  const surplus: ReadonlySet<unknown> = new Set(marked.slice(0, -mostMarks));
  return mapBlocks(body, (block) => {
    if (!surplus.has(block)) return block;
    const { cache_control: _, ...rest } = block;
    return rest;
  });
}

function markedBlocks(body: JsonObject): readonly JsonObject[] {
  const marked: JsonObject[] = [];
  mapBlocks(body, (block) => {
    if (block['cache_control'] !== undefined) marked.push(block);
    return block;
  });
  return marked;
}

/** In the order in which the upstream reads them. */
function mapBlocks(body: JsonObject, change: (block: JsonObject) => JsonObject): JsonObject {
  const map = (list: unknown): unknown =>
    Array.isArray(list) ? asArray(list).map((block) => change(asObject(block) ?? {})) : list;
  const tools = map(body['tools']);
  const system = map(body['system']);
  const messages = asArray(body['messages']).map((value) => {
    const message = asObject(value) ?? {};
    return { ...message, content: map(message['content']) };
  });
  return {
    ...body,
    ...(tools !== undefined && { tools }),
    ...(system !== undefined && { system }),
    messages,
  };
}
