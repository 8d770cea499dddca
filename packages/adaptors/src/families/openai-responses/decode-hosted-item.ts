import type { HostedReference, HostedStep, JsonRecord, Part } from '@turnpike/core';
import { asObject, asObjects, asText } from '../../wire/json-object.ts';
import { defined } from '../../wire/defined.ts';
import { stringOf } from './decode-content.ts';

const family = 'openai-responses';

/** What an item says that the upstream ran itself: the call, and what it came back with where that is told. */
interface Ran {
  kind: HostedReference['kind'];
  name: string;
  step?: HostedStep;
  argumentsJson?: string;
  result?: Pick<Extract<Part, { kind: 'tool-result' }>, 'content' | 'outcome' | 'isError'>;
}

/**
 * An item of a tool that the upstream ran itself, of a request or of an answer, as a call and its result. Both go back
 * as the one item that they were.
 *
 * @returns undefined for items that no other protocol has the like of
 */
export function decodeHostedItem(item: JsonRecord): Part[] | undefined {
  const read = readers[stringOf(item['type'])];
  if (read === undefined) return undefined;
  const { kind, name, step, argumentsJson, result } = read(item);
  const callId = stringOf(item['id']);
  const origin = { family, raw: item } as const;
  const call: Part = defined({
    kind: 'tool-call' as const,
    callId,
    name,
    tool: 'hosted' as const,
    argumentsJson,
    hosted: { kind, family, raw: item } as const,
    step,
    origin,
  });
  if (result === undefined) return [call];
  return [call, { kind: 'tool-result', callId, name, tool: 'hosted', ...result, origin }];
}

const readers: Readonly<Partial<Record<string, (item: JsonRecord) => Ran>>> = {
  web_search_call: readSearch,
  code_interpreter_call: readCode,
  mcp_call: readServerCall,
};

function readSearch(item: JsonRecord): Ran {
  const common = { kind: 'web-search', name: 'web_search' } as const;
  const action = asObject(item['action']) ?? {};
  const url = asText(action['url']);
  switch (action['type']) {
    case 'search': {
      const queries = readQueries(action);
      const pages = asObjects(action['sources']).flatMap((source) => {
        const found = asText(source['url']);
        return found === undefined ? [] : [{ url: found }];
      });
      return {
        ...common,
        step: { kind: 'search', queries },
        result: { content: [], outcome: { kind: 'pages', pages }, ...failureOf(item) },
      };
    }
    case 'open_page':
      return url === undefined
        ? common
        : {
            ...common,
            step: { kind: 'fetch', url },
            result: { content: [], outcome: { kind: 'page', url }, ...failureOf(item) },
          };
    default:
      return common;
  }
}

function readQueries({ query, queries }: JsonRecord): string[] {
  const several = Array.isArray(queries)
    ? queries.filter((one): one is string => typeof one === 'string')
    : [];
  if (several.length > 0) return several;
  return typeof query === 'string' && query !== '' ? [query] : [];
}

function readCode(item: JsonRecord): Ran {
  const text = asObjects(item['outputs'])
    .map(({ logs }) => stringOf(logs))
    .join('');
  return {
    kind: 'code-execution',
    name: 'code_interpreter',
    step: { kind: 'code', code: stringOf(item['code']), language: 'python' },
    result: { content: [], outcome: { kind: 'output', text }, ...failureOf(item) },
  };
}

function readServerCall(item: JsonRecord): Ran {
  const name = stringOf(item['name']);
  const failure = readFailure(item['error']);
  const text = failure ?? stringOf(item['output']);
  return {
    kind: 'mcp',
    name,
    step: { kind: 'mcp', server: stringOf(item['server_label']), tool: name },
    argumentsJson: stringOf(item['arguments']),
    result: {
      content: text === '' ? [] : [{ kind: 'text', text }],
      outcome: { kind: 'content' },
      ...(failure === undefined ? failureOf(item) : { isError: true }),
    },
  };
}

/** Text, or an object that says more. */
function readFailure(error: unknown): string | undefined {
  if (error === undefined || error === null) return undefined;
  return asText(error) ?? asText(asObject(error)?.['message']) ?? JSON.stringify(error);
}

function failureOf({ status }: JsonRecord): { isError?: true } {
  return status === 'failed' ? { isError: true } : {};
}
