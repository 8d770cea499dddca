import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';

/** An answer of Cohere's as a chat completion. */
export function fromCohereAnswer(body: JsonObject): JsonObject {
  const message = asObject(body['message']) ?? {};
  const content = asArray(message['content']).map(asObject);
  const text = joinTexts(content, 'text');
  const calls = asArray(message['tool_calls']).map((call, index) => toCall(asObject(call), index));
  const thoughts = joinTexts(content, 'thinking') + (asText(message['tool_plan']) ?? '');
  return {
    id: body['id'],
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: body['model'] ?? '',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text,
          ...(thoughts !== '' && { reasoning_content: thoughts }),
          ...(calls.length > 0 && { tool_calls: calls }),
          ...annotationsOf(message),
        },
        finish_reason: finishOf(body['finish_reason'], calls.length > 0),
      },
    ],
    ...usageOf(asObject(body['usage'])),
  };
}

/** Chunks of a stream of Cohere's typed events. */
export function createCohereChunks(): (event: JsonObject) => readonly JsonObject[] {
  const head = { id: '', object: 'chat.completion.chunk', created: Math.floor(Date.now() / 1000) };
  let calls = -1;
  const chunk = (delta: JsonObject, finish: string | null = null, rest: JsonObject = {}) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...rest,
  });

  return (event) => {
    const delta = asObject(event['delta']) ?? {};
    const message = asObject(delta['message']) ?? {};
    switch (event['type']) {
      case 'message-start':
        head.id = asText(event['id']) ?? '';
        return [chunk({ role: 'assistant', content: '' })];
      case 'content-start':
      case 'content-delta':
        return contentChunks(asObject(message['content']) ?? {}).map((made) => chunk(made));
      case 'tool-plan-delta':
        return [chunk({ reasoning_content: asText(message['tool_plan']) ?? '' })];
      case 'tool-call-start':
        calls++;
        return [chunk({ tool_calls: [toCall(asObject(message['tool_calls']), calls, '')] })];
      case 'tool-call-delta': {
        const called = asObject(asObject(message['tool_calls'])?.['function']);
        const fragment = called?.['arguments'];
        if (typeof fragment !== 'string') return [];
        return [chunk({ tool_calls: [{ index: calls, function: { arguments: fragment } }] })];
      }
      case 'message-end':
        if (asText(delta['error']) !== undefined)
          return [{ error: { message: delta['error'], code: 'upstream_error' } }];
        return [
          chunk(
            {},
            finishOf(delta['finish_reason'], calls >= 0),
            usageOf(asObject(delta['usage'])),
          ),
        ];
      default:
        return [];
    }
  };
}

function contentChunks({ text, thinking }: JsonObject): JsonObject[] {
  if (typeof thinking === 'string' && thinking !== '') return [{ reasoning_content: thinking }];
  return typeof text === 'string' && text !== '' ? [{ content: text }] : [];
}

function joinTexts(content: readonly (JsonObject | undefined)[], key: string): string {
  return content.map((part) => (typeof part?.[key] === 'string' ? part[key] : '')).join('');
}

function toCall(call: JsonObject | undefined, index: number, none = '{}'): JsonObject {
  const called = asObject(call?.['function']);
  const given = asText(called?.['arguments']);
  return {
    index,
    id: call?.['id'],
    type: 'function',
    // Nothing at all is written as the word null.
    function: {
      name: called?.['name'],
      arguments: given === undefined || given === 'null' ? none : given,
    },
  };
}

const finishes: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
  ERROR_TOXIC: 'content_filter',
};

function finishOf(reason: unknown, hasCalls: boolean): string {
  return finishes[String(reason)] ?? (hasCalls ? 'tool_calls' : 'stop');
}

/** Documents with an address are sources that every client knows. */
function annotationsOf(message: JsonObject): JsonObject {
  const annotations = asArray(message['citations'])
    .map(asObject)
    .flatMap((citation) =>
      asArray(citation?.['sources']).flatMap((source) => {
        const document = asObject(asObject(source)?.['document']);
        const url = asText(document?.['url']);
        if (url === undefined) return [];
        const { start, end } = citation ?? {};
        const title = asText(document?.['title']) ?? url;
        return [
          {
            type: 'url_citation',
            url_citation: { start_index: start, end_index: end, title, url },
          },
        ];
      }),
    );
  return annotations.length === 0 ? {} : { annotations };
}

/** What went through the model; what is billed leaves Cohere's own template out. */
function usageOf(usage: JsonObject | undefined): JsonObject {
  const tokens = asObject(usage?.['tokens']) ?? asObject(usage?.['billed_units']);
  const prompt = tokens?.['input_tokens'];
  const completion = tokens?.['output_tokens'];
  if (typeof prompt !== 'number' || typeof completion !== 'number') return {};
  const cached = usage?.['cached_tokens'];
  return {
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      ...(typeof cached === 'number' && { prompt_tokens_details: { cached_tokens: cached } }),
    },
  };
}
