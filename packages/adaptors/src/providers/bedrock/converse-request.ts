import type { JsonRecord } from '@turnpike/core';
import { droppedLoss } from '../../families/dialect-losses.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { effortOfBudget } from '../../translate/reasoning-effort.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asObjects, asText, type JsonObject } from '../../wire/json-object.ts';
import { toCachePoint, toConverseBlocks, type BlockContext } from './converse-blocks.ts';
import { DocumentNames } from './document-names.ts';

/**
 * Converse's body of a Messages request. The model, which it takes from the address, decides some of it.
 *
 * @param losses gets what has no form there
 */
export function toConverseRequest(body: JsonRecord, losses: LossList): JsonRecord {
  const model = asText(body['model']) ?? '';
  const toolConfig = toToolConfig(body, model, losses);
  const shared = {
    model,
    hasTools: toolConfig !== undefined,
    documents: new DocumentNames(),
    losses,
  };
  const additional = toAdditional(body, model, losses);
  noteUnheard(body, losses);
  return defined({
    system: toSystem(body['system'], { ...shared, at: 'system' }),
    messages: asArray(body['messages']).map((value, index) => {
      const { role, content } = asObject(value) ?? {};
      const context = { ...shared, at: `turns[${index}]` };
      return { role, content: withText(toConverseBlocks(content, context)) };
    }),
    inferenceConfig: defined({
      maxTokens: body['max_tokens'],
      temperature: body['temperature'],
      topP: body['top_p'],
      stopSequences: body['stop_sequences'],
    }),
    toolConfig,
    additionalModelRequestFields: Object.keys(additional).length === 0 ? undefined : additional,
  });
}

/** Members of which something is made. The two tiers that a message can ask for are the one that is usual here. */
const heard: ReadonlySet<string> = new Set([
  'system',
  'messages',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'service_tier',
]);

function noteUnheard(body: JsonRecord, losses: LossList): void {
  for (const [key, value] of Object.entries(body))
    if (!heard.has(key)) losses.take(droppedLoss(key, value));
}

/** A document alone is refused: words must stand beside it. */
function withText(content: JsonObject[]): JsonObject[] {
  const hasDocument = content.some((block) => block['document'] !== undefined);
  const hasText = content.some((block) => block['text'] !== undefined);
  return hasDocument && !hasText ? [{ text: 'See the document.' }, ...content] : content;
}

function toSystem(system: unknown, context: BlockContext): JsonObject[] | undefined {
  if (typeof system === 'string') return system === '' ? undefined : [{ text: system }];
  const blocks = asObjects(system).flatMap((block) => {
    const text = asText(block['text']);
    if (text !== undefined) return [{ text }, ...toCachePoint(block, context)];
    if (block['type'] !== 'text')
      context.losses.add('fatal', 'dropped', 'system', 'instructions are text here');
    return [];
  });
  return blocks.length === 0 ? undefined : blocks;
}

/** Undefined where there are no tools, or none may be called: there is no other word for that. */
function toToolConfig(body: JsonRecord, model: string, losses: LossList): JsonObject | undefined {
  const choice = asObject(body['tool_choice']);
  if (choice?.['type'] === 'none') return undefined;
  const tools = asObjects(body['tools']).flatMap((tool, index) => {
    if (tool['input_schema'] === undefined) return [];
    const toolSpec = defined({
      name: tool['name'],
      description: asText(tool['description']),
      inputSchema: { json: tool['input_schema'] },
    });
    return [{ toolSpec }, ...toCachePoint(tool, { model, losses, at: `tools[${index}]` })];
  });
  if (tools.length === 0) return undefined;
  return defined({ tools, toolChoice: toChoice(choice, model, losses) });
}

/** Llama and others cannot be made to call a tool. */
function toChoice(
  choice: JsonObject | undefined,
  model: string,
  losses: LossList,
): JsonObject | undefined {
  const isForced = choice?.['type'] === 'any' || choice?.['type'] === 'tool';
  if (isForced && !/claude|nova|mistral|cohere/.test(model)) {
    losses.add('warn', 'approximated', 'tool_choice', 'this model cannot be made to call a tool');
    return { auto: {} };
  }
  switch (choice?.['type']) {
    case 'any':
      return { any: {} };
    case 'tool':
      return { tool: { name: choice['name'] } };
    case 'auto':
      return { auto: {} };
    default:
      return undefined;
  }
}

/** What only some models have. */
function toAdditional(body: JsonRecord, model: string, losses: LossList): JsonObject {
  const { top_k: topK } = body;
  return {
    ...(topK !== undefined && toTopK(topK, model)),
    ...toReasoning(asObject(body['thinking']), model, losses),
  };
}

function toTopK(topK: unknown, model: string): JsonObject {
  if (model.includes('nova')) return { inferenceConfig: { topK } };
  return model.includes('cohere') ? { k: topK } : { top_k: topK };
}

function toReasoning(
  thinking: JsonObject | undefined,
  model: string,
  losses: LossList,
): JsonObject {
  const budget = thinking?.['budget_tokens'];
  if (typeof budget !== 'number') return {};
  const effort = effortOfBudget(budget);
  if (model.includes('openai.')) return { reasoning_effort: effort };
  if (model.includes('nova-2')) {
    return { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } };
  }
  losses.add('warn', 'dropped', 'reasoning', 'whether this model thinks is not up to the request');
  return {};
}
