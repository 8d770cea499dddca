import type { JsonRecord, Part, PartHeader, StreamEvent } from '@turnpike/core';
import { asObjects, asText } from '../../wire/json-object.ts';
import { decodeAnnotation, stringOf } from './decode-content.ts';
import { saidBy } from '../../translate/said-by.ts';
import { decodeLogprobs, decodeOutputItem, decodeSaid } from './decode-output.ts';
import { headerOf } from '../../translate/header-of.ts';

/** A part of an item while it is streamed. */
interface OpenPart {
  index: number;
  said: string;
  /** Sources that were told. */
  sources: number;
}

/** Hands out the indices of parts, in the order in which they are opened. */
export type NextPart = () => number;

/**
 * Decodes what a stream says of one item of `output`. Every upstream may leave out what it likes but the item itself:
 * parts are opened by whatever is said of them first, and what was never said comes with the end.
 */
export class ItemDecoder {
  readonly #type: string;
  readonly id: string | undefined;
  readonly #item: JsonRecord;
  readonly #nextPart: NextPart;
  readonly #open = new Map<string, OpenPart>();
  /** Keys of parts that were opened, closed ones too. */
  readonly #seen = new Set<string>();
  isDone = false;

  constructor(item: JsonRecord, nextPart: NextPart) {
    this.#type = stringOf(item['type']);
    this.id = asText(item['id']);
    this.#item = item;
    this.#nextPart = nextPart;
  }

  /** The item was announced: a call can be told by its name alone. */
  announce(item: JsonRecord): StreamEvent[] {
    const [part] = this.#isCall ? decodeOutputItem(item) : [];
    if (part === undefined || asText(item['name']) === undefined) return [];
    return this.#openPart('call', headerOf(part));
  }

  say(key: string, header: PartHeader, delta: string, logprobs?: unknown): StreamEvent[] {
    const events = this.#openPart(key, header);
    const part = this.#open.get(key);
    if (part === undefined || delta === '') return events;
    part.said += delta;
    const place = { candidate: 0, part: part.index };
    if (this.#isCall) return [...events, { type: 'arguments', ...place, delta }];
    const list = decodeLogprobs([logprobs]);
    const text: StreamEvent = { type: 'text', ...place, delta };
    return [...events, list === undefined ? text : { ...text, logprobs: list }];
  }

  annotate(key: string, raw: JsonRecord): StreamEvent[] {
    const events = this.#openPart(key, this.contentHeader('text'));
    const part = this.#open.get(key);
    if (part === undefined) return events;
    part.sources++;
    const annotation = decodeAnnotation(raw);
    return [...events, { type: 'annotation', candidate: 0, part: part.index, annotation }];
  }

  /** A content part of a message is complete. */
  closeContent(key: string, raw: JsonRecord): StreamEvent[] {
    const said = decodeSaid(raw, this.#item);
    return this.#complete(key, said, raw['logprobs']);
  }

  /** Closes a paragraph of reasoning. */
  closeParagraph(key: string): StreamEvent[] {
    const part = this.#open.get(key);
    if (part === undefined) return [];
    this.#open.delete(key);
    return [{ type: 'end', candidate: 0, part: part.index }];
  }

  /** The item is complete: says what was not said yet, and closes what is open. */
  finish(item: JsonRecord): StreamEvent[] {
    if (this.isDone) return [];
    this.isDone = true;
    const parts = decodeOutputItem(item);
    if (this.#type === 'reasoning' || this.#type === 'compaction') {
      return parts.flatMap((part) => this.#finishReasoning(part));
    }
    const contents = asObjects(item['content']);
    const events = parts.flatMap((part, at) =>
      this.#complete(this.#isCall ? 'call' : `content/${at}`, part, contents[at]?.['logprobs']),
    );
    return [...events, ...this.close()];
  }

  /** Closes what is open without knowing more. */
  close(): StreamEvent[] {
    this.isDone = true;
    return [...this.#open.keys()].flatMap((key) => this.closeParagraph(key));
  }

  contentHeader(kind: 'text' | 'refusal'): PartHeader {
    return { kind, ...(this.id !== undefined && { id: this.id }) };
  }

  reasoningHeader(form: 'text' | 'summary'): PartHeader {
    return { kind: 'reasoning', form, ...(this.id !== undefined && { id: this.id }) };
  }

  /** Undefined for items that are no calls of the client's tools. */
  callHeader(): PartHeader | undefined {
    if (!this.#isCall) return undefined;
    const tool = this.#type === 'custom_tool_call' ? 'custom' : 'function';
    return { kind: 'tool-call', callId: this.id ?? '', name: '', tool };
  }

  get #isCall(): boolean {
    return this.#type === 'function_call' || this.#type === 'custom_tool_call';
  }

  /** Paragraphs that were streamed stay as they were; the rest, and the state, is a part of the same id. */
  #finishReasoning(part: Part): StreamEvent[] {
    const closed = this.close();
    const isSaid = this.#seen.size > 0;
    if (part.kind !== 'reasoning' || (isSaid && part.state === undefined)) return closed;
    const { text: _text, summary: _summary, ...stateOnly } = part;
    const rest = isSaid ? stateOnly : part;
    return [...closed, ...this.#complete('state', rest)];
  }

  #complete(key: string, part: Part, logprobs?: unknown): StreamEvent[] {
    if (this.#seen.has(key) && !this.#open.has(key)) return [];
    const said = this.#open.get(key)?.said ?? '';
    const whole = saidBy(part);
    const missing = whole.startsWith(said) ? whole.slice(said.length) : '';
    const isFirst = said === '';
    const events: StreamEvent[] = this.#openPart(key, headerOf(part));
    const index = this.#open.get(key)?.index ?? 0;
    const place = { candidate: 0, part: index };
    if (part.kind === 'media') events.push({ type: 'bytes', ...place, delta: missing });
    else if (part.kind === 'tool-call' && part.tool === 'hosted') {
      if (missing !== '') events.push({ type: 'arguments', ...place, delta: missing });
    } else events.push(...this.say(key, headerOf(part), missing, isFirst ? logprobs : undefined));
    if (part.kind === 'text') {
      const unsaid = (part.annotations ?? []).slice(this.#open.get(key)?.sources ?? 0);
      for (const annotation of unsaid) events.push({ type: 'annotation', ...place, annotation });
    }
    if (part.kind === 'reasoning') {
      for (const state of part.state ?? []) events.push({ type: 'state', ...place, state });
    }
    this.#open.delete(key);
    events.push({ type: 'end', ...place, final: part });
    return events;
  }

  #openPart(key: string, header: PartHeader): StreamEvent[] {
    if (this.#seen.has(key)) return [];
    this.#seen.add(key);
    const index = this.#nextPart();
    this.#open.set(key, { index, said: '', sources: 0 });
    return [{ type: 'part', candidate: 0, part: index, header }];
  }
}
