import type { JsonRecord, Part } from '@turnpike/core';
import { asArray, asObject, asText } from '../../wire/json-object.ts';
import {
  itemAdded,
  itemDone,
  unsaidOf,
  type ItemPlace,
  type OpenPart,
  type OutputItem,
  type WireEvent,
} from './output-item.ts';

type ContentKind = 'text' | 'refusal';

interface ContentPart {
  kind: ContentKind;
  text: string;
  annotations: JsonRecord[];
  logprobs: unknown[];
  isClosed: boolean;
}

/** A message of the answer: text and refusals that follow one another. */
export class MessageItem implements OutputItem {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  #phase: string | undefined;
  readonly #parts: ContentPart[] = [];

  constructor({ id, index }: ItemPlace) {
    this.#id = id;
    this.index = index;
  }

  open(): WireEvent[] {
    return [itemAdded(this.index, this.#message('in_progress', []))];
  }

  /** Whether something is still being said in it. */
  get isBusy(): boolean {
    return this.#parts.some(({ isClosed }) => !isClosed);
  }

  openPart(kind: ContentKind): { part: OpenPart; events: WireEvent[] } {
    const content: ContentPart = { kind, text: '', annotations: [], logprobs: [], isClosed: false };
    const at = this.#parts.push(content) - 1;
    const part: OpenPart = {
      text: (delta, logprobs) => this.#addText(at, content, delta, logprobs),
      annotate: (annotation) => this.#annotate(at, content, annotation),
      addState: () => undefined,
      close: (final) => this.#closePart(at, content, final),
    };
    const opened = { type: 'response.content_part.added', ...this.#at(at), part: toPart(content) };
    return { part, events: [opened] };
  }

  close(): WireEvent[] {
    if (this.isClosed) return [];
    const events = this.#parts.flatMap((content, at) => this.#closePart(at, content));
    this.isClosed = true;
    return [...events, itemDone(this.index, this.toJson())];
  }

  toJson(): JsonRecord {
    return this.#message('completed', this.#parts.map(toPart));
  }

  #message(status: string, content: readonly JsonRecord[]): JsonRecord {
    const phase = this.#phase;
    const { id, type, role } = { id: this.#id, type: 'message', role: 'assistant' };
    return { id, type, status, role, content, ...(phase !== undefined && { phase }) };
  }

  #addText(at: number, content: ContentPart, delta: string, logprobs?: unknown): WireEvent[] {
    if (delta === '' || content.isClosed) return [];
    content.text += delta;
    if (content.kind === 'refusal') {
      return [{ type: 'response.refusal.delta', ...this.#at(at), delta }];
    }
    const list = readLogprobs(logprobs);
    content.logprobs.push(...list);
    return [{ type: 'response.output_text.delta', ...this.#at(at), delta, logprobs: list }];
  }

  #annotate(at: number, content: ContentPart, annotation: JsonRecord): WireEvent[] {
    if (content.kind === 'refusal' || content.isClosed) return [];
    const annotationIndex = content.annotations.push(annotation) - 1;
    return [
      {
        type: 'response.output_text.annotation.added',
        ...this.#at(at),
        annotation_index: annotationIndex,
        annotation,
      },
    ];
  }

  #closePart(at: number, content: ContentPart, final?: Part): WireEvent[] {
    if (content.isClosed) return [];
    this.#phase = asText(final?.extras?.['openai-responses']?.['phase']) ?? this.#phase;
    const whole = final?.kind === 'text' || final?.kind === 'refusal' ? final.text : undefined;
    const events = this.#addText(at, content, unsaidOf(content.text, whole));
    content.isClosed = true;
    const { text, logprobs } = content;
    events.push(
      content.kind === 'refusal'
        ? { type: 'response.refusal.done', ...this.#at(at), refusal: text }
        : { type: 'response.output_text.done', ...this.#at(at), text, logprobs },
      { type: 'response.content_part.done', ...this.#at(at), part: toPart(content) },
    );
    return events;
  }

  #at(contentIndex: number): JsonRecord {
    return { item_id: this.#id, output_index: this.index, content_index: contentIndex };
  }
}

function toPart({ kind, text, annotations, logprobs }: ContentPart): JsonRecord {
  return kind === 'refusal'
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] };
}

/** Chat keeps the list under `content`; here it is the list itself. */
function readLogprobs(logprobs: unknown): readonly unknown[] {
  return Array.isArray(logprobs)
    ? (logprobs as readonly unknown[])
    : asArray(asObject(logprobs)?.['content']);
}
