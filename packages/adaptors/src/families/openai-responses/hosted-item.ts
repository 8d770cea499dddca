import type { HostedOutcome, HostedStep, JsonRecord, Part } from '@turnpike/core';
import {
  itemAdded,
  itemDone,
  type ItemPlace,
  type OpenPart,
  type OutputItem,
  type WireEvent,
} from './output-item.ts';

/** How a step of an upstream's own is told here: the item, and the events between its beginning and its end. */
interface Form {
  type: string;
  prefix: string;
  members: (outcome: HostedOutcome | undefined) => JsonRecord;
  states: readonly string[];
  /** Of the code that is run. */
  code?: string;
}

/** Undefined where nothing is like it here. */
export function formOf(step: HostedStep | undefined, argumentsJson = ''): Form | undefined {
  switch (step?.kind) {
    case 'search':
      return {
        type: 'web_search_call',
        prefix: 'ws',
        members: (outcome) => ({ action: searchOf(step.queries, outcome) }),
        states: ['in_progress', 'searching'],
      };
    case 'fetch':
      return {
        type: 'web_search_call',
        prefix: 'ws',
        members: () => ({ action: { type: 'open_page', url: step.url } }),
        states: ['in_progress', 'searching'],
      };
    case 'code':
      return {
        type: 'code_interpreter_call',
        prefix: 'ci',
        members: (outcome) => ({
          code: step.code,
          // Whoever ran it has no container that could be asked for.
          container_id: '',
          outputs: outcome === undefined ? null : [{ type: 'logs', logs: logsOf(outcome) }],
        }),
        states: ['in_progress', 'interpreting'],
        code: step.code,
      };
    case 'mcp':
      return {
        type: 'mcp_call',
        prefix: 'mcp',
        members: () => ({
          server_label: step.server,
          name: step.tool,
          arguments: argumentsJson,
          output: null,
          error: null,
        }),
        states: ['in_progress'],
      };
    case undefined:
      return undefined;
  }
}

function searchOf(queries: readonly string[], outcome: HostedOutcome | undefined): JsonRecord {
  const pages = outcome?.kind === 'pages' ? outcome.pages : [];
  const sources = pages.map(({ url }) => ({ type: 'url', url }));
  return { type: 'search', query: queries.join('; '), queries, sources };
}

function logsOf(outcome: HostedOutcome): string {
  if (outcome.kind !== 'output') return '';
  const { text, errorText = '' } = outcome;
  return text === '' || errorText === '' ? text + errorText : `${text}\n${errorText}`;
}

type Result = Extract<Part, { kind: 'tool-result' }>;

/** A step that the upstream ran itself. It is begun with the call, and ends with its result, or with the answer. */
export class HostedItem implements OutputItem {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  readonly #form: Form;
  #result: Result | undefined;

  constructor({ id, index }: ItemPlace, form: Form) {
    this.#id = id;
    this.index = index;
    this.#form = form;
  }

  open(): WireEvent[] {
    const { type, states, code } = this.#form;
    const told = states.map((state) => this.#event(`${type}.${state}`));
    const [first, ...rest] = told;
    if (first === undefined) return [];
    const written =
      code === undefined
        ? []
        : [
            this.#event('code_interpreter_call_code.delta', { delta: code }),
            this.#event('code_interpreter_call_code.done', { code }),
          ];
    return [itemAdded(this.index, this.#item('in_progress')), first, ...written, ...rest];
  }

  /** What came of it. */
  complete(result: Result): WireEvent[] {
    this.#result ??= result;
    return this.close();
  }

  close(): WireEvent[] {
    if (this.isClosed) return [];
    this.isClosed = true;
    // Searches and runs have no event for a failure.
    const ending = this.#isFailed && this.#form.type === 'mcp_call' ? 'failed' : 'completed';
    return [this.#event(`${this.#form.type}.${ending}`), itemDone(this.index, this.toJson())];
  }

  toJson(): JsonRecord {
    return this.#item(this.#isFailed ? 'failed' : 'completed');
  }

  get #isFailed(): boolean {
    return this.#result?.isError === true;
  }

  #item(status: string): JsonRecord {
    const { type, members } = this.#form;
    const made = members(this.#result?.outcome);
    return { id: this.#id, type, status, ...made, ...this.#contentOf(type) };
  }

  /** What a tool of a server said. */
  #contentOf(type: string): JsonRecord {
    const result = this.#result;
    if (type !== 'mcp_call' || result === undefined) return {};
    const text = result.content.map((part) => (part.kind === 'text' ? part.text : '')).join('\n');
    return result.isError === true ? { error: text } : { output: text };
  }

  #event(name: string, members: JsonRecord = {}): WireEvent {
    return {
      type: `response.${name}`,
      item_id: this.#id,
      output_index: this.index,
      ...members,
    };
  }
}

/** The call's part: what was done is known when it ends. */
export function hostedCallPart(take: (final: Part | undefined) => WireEvent[]): OpenPart {
  return { text: () => [], annotate: () => [], addState: () => undefined, close: take };
}
