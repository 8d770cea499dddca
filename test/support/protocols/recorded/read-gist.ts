import {
  list,
  number,
  object,
  parseInput,
  text,
  withoutBlanks,
  type Gist,
  type Json,
} from './gist.ts';
import { readGeminiGist } from './read-gemini-gist.ts';

/** How a recorded answer is written. */
export type RecordedForm =
  'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock-converse' | 'cohere';

/**
 * Reads a recorded stream as plainly as can be, and with none of the gateway's code: what it says is what clients must
 * have got, by whatever way.
 */
export function readGist(form: RecordedForm, events: readonly Json[]): Gist {
  return readers[form](firstAnswer(events));
}

/** Some recordings hold several answers one after the other: a client reads the first. */
export function firstAnswer(events: readonly Json[]): readonly Json[] {
  const last = events.findIndex(({ type }) => lastEvents.has(text(type)));
  return last < 0 ? events : events.slice(0, last + 1);
}

const lastEvents: ReadonlySet<string> = new Set([
  'message_stop',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

const readers: Readonly<Record<RecordedForm, (events: readonly Json[]) => Gist>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  anthropic: readMessages,
  gemini: readGeminiGist,
  'bedrock-converse': readConverse,
  cohere: readCohere,
};

interface Call {
  name: string;
  json: string;
}

function finish(said: {
  text: string;
  thoughts: string;
  calls: Iterable<Call>;
  usage: Gist['usage'];
  fails?: boolean;
}): Gist {
  return {
    text: said.text,
    thoughts: withoutBlanks(said.thoughts),
    calls: [...said.calls].map(({ name, json }) => ({ name, input: parseInput(json) })),
    usage: said.usage,
    fails: said.fails ?? false,
  };
}

function readChat(chunks: readonly Json[]): Gist {
  let words = '';
  let thoughts = '';
  const calls = new Map<unknown, Call>();
  for (const { choices } of chunks) {
    const delta = object(list(choices)[0]?.['delta']);
    words += text(delta['content']);
    thoughts += text(delta['reasoning_content']);
    // Mistral's pieces are of several kinds.
    for (const piece of list(delta['content'])) {
      words += text(piece['text']);
      for (const thought of list(piece['thinking'])) thoughts += text(thought['text']);
    }
    for (const { index, id, function: called } of list(delta['tool_calls'])) {
      const key = index ?? id;
      const call = calls.get(key) ?? { name: text(object(called)['name']), json: '' };
      calls.set(key, call);
      call.json += text(object(called)['arguments']);
    }
  }
  const usages = chunks.map(({ usage }) => object(usage)).filter((one) => 'prompt_tokens' in one);
  const last = usages.at(-1);
  return finish({ text: words, thoughts, calls: calls.values(), usage: last && chatUsage(last) });
}

function chatUsage(usage: Json): Gist['usage'] {
  const details = object(usage['prompt_tokens_details']);
  const input = number(usage['prompt_tokens']);
  const reasoning = number(object(usage['completion_tokens_details'])['reasoning_tokens']);
  const completion = number(usage['completion_tokens']);
  const isExtra = number(usage['total_tokens']) === input + completion + reasoning;
  return {
    input,
    cached: number(details['cached_tokens'] ?? usage['prompt_cache_hit_tokens']),
    output: completion + (isExtra ? reasoning : 0),
  };
}

function readResponses(events: readonly Json[]): Gist {
  let words = '';
  let streamed = '';
  let thoughts = '';
  const calls: Call[] = [];
  let usage: Gist['usage'];
  for (const event of events) {
    const { type, delta } = event;
    if (type === 'response.output_text.delta') streamed += text(delta);
    if (type === 'response.reasoning_summary_text.delta') thoughts += text(delta);
    if (type === 'response.reasoning_text.delta') thoughts += text(delta);
    if (type === 'response.output_text.done') {
      // Pieces were cut out of some recordings: what the end says more is said then, but nothing is unsaid.
      const whole = text(event['text']);
      words += whole.startsWith(streamed) ? whole : streamed;
      streamed = '';
    }
    const item = object(event['item']);
    const { namespace, name } = item;
    if (type === 'response.output_item.done' && item['type'] === 'function_call')
      calls.push({
        // Other protocols have no namespaces: a tool is called by both its names there.
        name: typeof namespace === 'string' ? `${namespace}__${text(name)}` : text(name),
        json: text(item['arguments']),
      });
    usage = responseUsage(object(object(event['response'])['usage'])) ?? usage;
  }
  const fails = events.some(({ type }) => type === 'error' || type === 'response.failed');
  return finish({ text: words, thoughts, calls, usage, fails });
}

function responseUsage(usage: Json): Gist['usage'] {
  const input = number(usage['input_tokens']);
  const output = number(usage['output_tokens']);
  if (input + output === 0) return undefined;
  const reasoning = number(object(usage['output_tokens_details'])['reasoning_tokens']);
  const isExtra = number(usage['total_tokens']) === input + output + reasoning;
  return {
    input,
    cached: number(object(usage['input_tokens_details'])['cached_tokens']),
    output: output + (isExtra ? reasoning : 0),
  };
}

function readMessages(events: readonly Json[]): Gist {
  let words = '';
  let thoughts = '';
  const calls = new Map<unknown, Call>();
  let counted: Json = {};
  const ids = new Set<unknown>();
  for (const event of events) {
    const { type, index } = event;
    const message = object(event['message']);
    if (type === 'message_start') ids.add(message['id']);
    counted = { ...counted, ...object(message['usage']), ...object(event['usage']) };
    for (const block of list(message['content'])) {
      if (block['type'] === 'tool_use')
        calls.set(block['id'], { name: text(block['name']), json: JSON.stringify(block['input']) });
    }
    const block = object(event['content_block']);
    if (block['type'] === 'tool_use') {
      const input = object(block['input']);
      const json = Object.keys(input).length === 0 ? '' : JSON.stringify(input);
      calls.set(index, { name: text(block['name']), json });
    }
    words += block['type'] === 'text' ? text(block['text']) : '';
    const delta = object(event['delta']);
    words += text(delta['text']);
    thoughts += text(delta['thinking']);
    const call = calls.get(index);
    if (delta['type'] === 'input_json_delta' && call !== undefined)
      call.json += text(delta['partial_json']);
  }
  const usage = 'output_tokens' in counted ? messageUsage(counted) : undefined;
  return finish({ text: words, thoughts, calls: calls.values(), usage, fails: ids.size > 1 });
}

function messageUsage(usage: Json): Gist['usage'] {
  // What was compacted on the way is paid for too; an advisor is another model.
  const rounds = list(usage['iterations']).filter(
    ({ type }) => type === 'message' || type === 'compaction',
  );
  const fellBack = list(usage['iterations']).some(({ type }) => type === 'fallback_message');
  const sums = rounds.length === 0 || fellBack ? [usage] : rounds;
  const sum = (name: string): number => sums.reduce((total, one) => total + number(one[name]), 0);
  const cached = sum('cache_read_input_tokens');
  return {
    input: sum('input_tokens') + cached + sum('cache_creation_input_tokens'),
    cached,
    output: sum('output_tokens'),
  };
}

function readConverse(events: readonly Json[]): Gist {
  let words = '';
  let thoughts = '';
  const calls = new Map<unknown, Call>();
  let usage: Gist['usage'];
  for (const event of events) {
    const start = object(event['contentBlockStart']);
    const called = object(object(start['start'])['toolUse']);
    if ('name' in called)
      calls.set(start['contentBlockIndex'], { name: text(called['name']), json: '' });
    const { contentBlockIndex, delta: change } = object(event['contentBlockDelta']);
    const delta = object(change);
    words += text(delta['text']);
    thoughts += text(object(delta['reasoningContent'])['text']);
    const call = calls.get(contentBlockIndex);
    if (call !== undefined) call.json += text(object(delta['toolUse'])['input']);
    const counted = object(object(event['metadata'])['usage']);
    if ('inputTokens' in counted) {
      const cached = number(counted['cacheReadInputTokens']);
      usage = {
        input: number(counted['inputTokens']) + cached + number(counted['cacheWriteInputTokens']),
        cached,
        output: number(counted['outputTokens']),
      };
    }
  }
  return finish({ text: words, thoughts, calls: calls.values(), usage });
}

function readCohere(events: readonly Json[]): Gist {
  let words = '';
  let thoughts = '';
  const calls = new Map<unknown, Call>();
  let usage: Gist['usage'];
  for (const { index, delta } of events) {
    const message = object(object(delta)['message']);
    thoughts += text(message['tool_plan']);
    words += text(object(message['content'])['text']);
    const called = object(object(message['tool_calls'])['function']);
    if ('name' in called) calls.set(index, { name: text(called['name']), json: '' });
    const call = calls.get(index);
    if (call !== undefined) call.json += text(called['arguments']);
    const reported = object(object(delta)['usage']);
    const tokens = object(reported['tokens']);
    if ('input_tokens' in tokens)
      usage = {
        input: number(tokens['input_tokens']),
        cached: number(reported['cached_tokens']),
        output: number(tokens['output_tokens']),
      };
  }
  return finish({ text: words, thoughts, calls: calls.values(), usage });
}
