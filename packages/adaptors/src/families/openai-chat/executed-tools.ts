import type { FoundPage, HostedOutcome, HostedStep, Part } from '@turnpike/core';
import { placeholderCallId } from '../../translate/call-ids.ts';
import { defined } from '../../wire/defined.ts';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';

/**
 * Tools that Groq ran itself, which it tells of as `executed_tools`. A stream names one when it begins and once more,
 * under the same index, when it has come back with something.
 */
export class ExecutedTools {
  readonly #begun = new Map<number, JsonObject>();
  readonly #told = new Set<number>();

  /** The steps that are complete now, each a call and its result. */
  take(list: unknown): Part[] {
    return asArray(list).flatMap((value, place): Part[] => {
      const tool = asObject(value);
      if (tool === undefined) return [];
      const index = typeof tool['index'] === 'number' ? tool['index'] : place;
      if (this.#told.has(index)) return [];
      const known = { ...this.#begun.get(index), ...defined(tool) };
      this.#begun.set(index, known);
      return isComplete(known) ? this.#tell(index, known) : [];
    });
  }

  /** Those that never came back with anything. */
  rest(): Part[] {
    return [...this.#begun].flatMap(([index, tool]) =>
      this.#told.has(index) ? [] : this.#tell(index, tool),
    );
  }

  #tell(index: number, tool: JsonObject): Part[] {
    this.#told.add(index);
    return decodeExecuted(tool, index);
  }
}

const results = ['output', 'search_results', 'code_results', 'browser_results'] as const;

function isComplete(tool: JsonObject): boolean {
  return results.some((member) => tool[member] !== undefined && tool[member] !== null);
}

function decodeExecuted(tool: JsonObject, index: number): Part[] {
  const type = asText(tool['type']) ?? 'tool';
  const common = { callId: placeholderCallId(type, index), name: type, tool: 'hosted' } as const;
  const input = asText(tool['arguments']) ?? '{}';
  const step = readStep(type, asObject(parseJson(input)) ?? {});
  const call: Part = defined({ kind: 'tool-call' as const, ...common, argumentsJson: input, step });
  if (!isComplete(tool)) return [call];
  const outcome = step && readOutcome(step, tool);
  return [call, defined({ kind: 'tool-result' as const, ...common, content: [], outcome })];
}

function readStep(type: string, { query, url, code }: JsonObject): HostedStep | undefined {
  if (typeof query === 'string') return { kind: 'search', queries: [query] };
  if (typeof url === 'string') return { kind: 'fetch', url };
  if (typeof code !== 'string') return undefined;
  return { kind: 'code', code, language: type === 'code_interpreter' ? 'python' : type };
}

function readOutcome(step: HostedStep, tool: JsonObject): HostedOutcome | undefined {
  if (step.kind === 'code') return { kind: 'output', text: asText(tool['output']) ?? '' };
  if (step.kind === 'fetch') return { kind: 'page', url: step.url };
  if (step.kind !== 'search') return undefined;
  const found = asArray(asObject(tool['search_results'])?.['results']);
  return { kind: 'pages', pages: found.flatMap(readPage) };
}

function readPage(value: unknown): FoundPage[] {
  const page = asObject(value);
  const url = asText(page?.['url']);
  return url === undefined ? [] : [defined({ url, title: asText(page?.['title']) })];
}
