import type { JsonRecord } from '@turnpike/core';
import { effortOfBudget } from '../../translate/reasoning-effort.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { toCachePoint, toConverseBlocks, type BlockContext } from './converse-blocks.ts';

/** Converse's body of a Messages request. The model, which it takes from the address, decides some of it. */
export function toConverseRequest(body: JsonRecord): JsonRecord {
  const model = asText(body['model']) ?? '';
  const toolConfig = toToolConfig(body, model);
  let documents = 0;
  const context: BlockContext = {
    model,
    hasTools: toolConfig !== undefined,
    nextDocument: () => ++documents,
  };
  const additional = toAdditional(body, model);
  return defined({
    system: toSystem(body['system'], model),
    messages: asArray(body['messages']).map((value) => {
      const message = asObject(value) ?? {};
      return {
        role: message['role'],
        content: withText(toConverseBlocks(message['content'], context)),
      };
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

/** A document alone is refused: words must stand beside it. */
function withText(content: JsonObject[]): JsonObject[] {
  const hasDocument = content.some((block) => block['document'] !== undefined);
  const hasText = content.some((block) => block['text'] !== undefined);
  return hasDocument && !hasText ? [{ text: 'See the document.' }, ...content] : content;
}

function toSystem(system: unknown, model: string): JsonObject[] | undefined {
  if (typeof system === 'string') return system === '' ? undefined : [{ text: system }];
  const blocks = asArray(system).flatMap((value) => {
    const block = asObject(value) ?? {};
    const text = asText(block['text']);
    return text === undefined ? [] : [{ text }, ...toCachePoint(block, model)];
  });
  return blocks.length === 0 ? undefined : blocks;
}

function toToolConfig(body: JsonRecord, model: string): JsonObject | undefined {
  const tools = asArray(body['tools']).flatMap((value) => {
    const tool = asObject(value) ?? {};
    if (tool['input_schema'] === undefined) return [];
    const toolSpec = defined({
      name: tool['name'],
      description: asText(tool['description']),
      inputSchema: { json: tool['input_schema'] },
    });
    return [{ toolSpec }, ...toCachePoint(tool, model)];
  });
  if (tools.length === 0) return undefined;
  return defined({ tools, toolChoice: toChoice(asObject(body['tool_choice']), model) });
}

/** Llama and others cannot be made to call a tool; `none` has no word of its own. */
function toChoice(choice: JsonObject | undefined, model: string): JsonObject | undefined {
  const canForce = /claude|nova|mistral|cohere/.test(model);
  switch (choice?.['type']) {
    case 'any':
      return canForce ? { any: {} } : { auto: {} };
    case 'tool':
      return canForce ? { tool: { name: choice['name'] } } : { auto: {} };
    case 'auto':
      return { auto: {} };
    default:
      return undefined;
  }
}

/** What only some models have. */
function toAdditional(body: JsonRecord, model: string): JsonObject {
  const { top_k: topK } = body;
  return {
    ...(topK !== undefined && toTopK(topK, model)),
    ...toReasoning(asObject(body['thinking']), model),
  };
}

function toTopK(topK: unknown, model: string): JsonObject {
  if (model.includes('nova')) return { inferenceConfig: { topK } };
  return model.includes('cohere') ? { k: topK } : { top_k: topK };
}

function toReasoning(thinking: JsonObject | undefined, model: string): JsonObject {
  const budget = thinking?.['budget_tokens'];
  if (typeof budget !== 'number') return {};
  const effort = effortOfBudget(budget);
  if (model.includes('openai.')) return { reasoning_effort: effort };
  if (model.includes('nova-2')) {
    return { reasoningConfig: { type: 'enabled', maxReasoningEffort: effort } };
  }
  return {};
}
