import { responseIdOfItem, type JsonProbe } from '@turnpike/adaptors';
import { errors, isCapsule, type ResponseStore, type StoredResponse } from '@turnpike/core';

/** An item of `input` or `output`. */
export type ResponseItem = Readonly<Record<string, unknown>>;

/** Longer conversations are sent whole, or not at all. */
const MAX_ANSWERS = 200;

/** What is new in a request, as a list of items. What is no list is left to whoever judges the request. */
export function readInputItems(probe: JsonProbe): readonly ResponseItem[] {
  const member = probe.last('input');
  if (member === undefined) return [];
  const value = JSON.parse(probe.text(member)) as unknown;
  if (typeof value === 'string') return [{ type: 'message', role: 'user', content: value }];
  return Array.isArray(value) ? value.filter(isItem) : [];
}

/**
 * The whole conversation up to an answer, oldest first.
 *
 * @throws `previous_response_not_found` where a part of it is gone
 */
export async function gatherHistory(
  store: ResponseStore,
  last: StoredResponse,
): Promise<readonly ResponseItem[]> {
  const answers = [last];
  let { previousId } = last;
  while (previousId !== undefined) {
    const found =
      answers.length < MAX_ANSWERS ? await store.find(last.userId, previousId) : undefined;
    if (found === undefined)
      throw errors.previousResponseNotFound({ id: previousId, param: 'previous_response_id' });
    answers.push(found);
    ({ previousId } = found);
  }
  return answers.reverse().flatMap((answer) => [...readInput(answer), ...readOutput(answer)]);
}

/** What was new in the request for an answer. */
export function readInput({ input }: StoredResponse): readonly ResponseItem[] {
  return (JSON.parse(input) as unknown[]).filter(isItem);
}

/**
 * What the model said, as somebody else would be told of it.
 *
 * @throws `previous_response_not_found` where it was said in a conversation that a vendor keeps: what came before is there
 */
function readOutput({ id, response }: StoredResponse): readonly ResponseItem[] {
  const { conversation } = JSON.parse(response) as { conversation?: unknown };
  if (conversation !== undefined && conversation !== null)
    throw errors.previousResponseNotFound({ id, param: 'previous_response_id' });
  return readOutputItems(response).flatMap((item): ResponseItem[] => {
    if (item['type'] === 'reasoning') return toPortableThought(item);
    return [ownIds.has(String(item['type'])) ? withoutId(item) : item];
  });
}

/** Items whose ids mean nothing to whoever did not make them. */
const ownIds = new Set(['message', 'function_call', 'custom_tool_call']);

/** Thoughts can only be given back sealed: what a vendor encrypted is no other account's to read. */
function toPortableThought(item: ResponseItem): ResponseItem[] {
  const state = item['encrypted_content'];
  return typeof state === 'string' && isCapsule(state) ? [withoutId(item)] : [];
}

function withoutId({ id: _, ...item }: ResponseItem): ResponseItem {
  return item;
}

function readOutputItems(response: string): readonly ResponseItem[] {
  const { output } = JSON.parse(response) as { output?: unknown };
  return Array.isArray(output) ? output.filter(isItem) : [];
}

/** The same list where nothing in it was ours. */
export async function resolveReferences(
  store: ResponseStore,
  userId: number,
  items: readonly ResponseItem[],
): Promise<readonly ResponseItem[]> {
  const found = new Map<string, Promise<StoredResponse | undefined>>();
  const resolved = await Promise.all(
    items.map(async (item): Promise<readonly ResponseItem[]> => {
      const id = item['type'] === 'item_reference' ? item['id'] : undefined;
      const responseId = typeof id === 'string' ? responseIdOfItem(id) : undefined;
      if (responseId === undefined) return [item];
      const answer = found.get(responseId) ?? store.find(userId, responseId);
      found.set(responseId, answer);
      const stored = await answer;
      const named = stored && readOutputItems(stored.response).find((one) => one['id'] === id);
      if (named === undefined) return [item];
      return named['type'] === 'reasoning' ? toPortableThought(named) : [withoutId(named)];
    }),
  );
  const isSame = resolved.every(([only], at) => only === items[at]);
  return isSame ? items : resolved.flat();
}

function isItem(value: unknown): value is ResponseItem {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
