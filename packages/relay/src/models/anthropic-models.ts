import { toModelEntry } from '@turnpike/core';
import { ownerOf } from '@turnpike/adaptors';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

/** A page of models in Anthropic's form: `limit`, `after_id`, `before_id`. */
export function listAnthropicModels(models: readonly string[], query: URLSearchParams): object {
  const limit = readLimit(query.get('limit'));
  const { page, hasMore } = cutPage(models, limit, query.get('after_id'), query.get('before_id'));
  return {
    data: page.map(toAnthropicModel),
    has_more: hasMore,
    first_id: page[0] ?? null,
    last_id: page.at(-1) ?? null,
  };
}

/** One model in Anthropic's form. What is not known of it is null. */
export function toAnthropicModel(model: string): object {
  const { created } = toModelEntry(model, ownerOf(model));
  return {
    type: 'model',
    id: model,
    display_name: model,
    created_at: new Date(created * 1000).toISOString().replace('.000', ''),
    max_input_tokens: null,
    max_tokens: null,
    lifecycle: 'active',
    line: null,
    deprecated_at: null,
    retires_at: null,
    capabilities: null,
  };
}

function cutPage(
  models: readonly string[],
  limit: number,
  after: string | null,
  before: string | null,
): { page: readonly string[]; hasMore: boolean } {
  if (before !== null) {
    const end = models.indexOf(before);
    const start = Math.max(0, end - limit);
    return { page: models.slice(start, Math.max(0, end)), hasMore: start > 0 };
  }
  const start = after === null ? 0 : models.indexOf(after) + 1;
  return { page: models.slice(start, start + limit), hasMore: start + limit < models.length };
}

function readLimit(text: string | null): number {
  const limit = Number(text ?? DEFAULT_LIMIT);
  return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT;
}
