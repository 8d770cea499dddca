import type { JsonRecord, OpaqueState, Part } from '@turnpike/core';
import {
  itemAdded,
  itemDone,
  unsaidOf,
  type ItemPlace,
  type OpenPart,
  type OutputItem,
  type WireEvent,
} from './output-item.ts';

/** Thoughts as they are, or what they amount to. */
type ReasoningForm = 'text' | 'summary';

interface Paragraph {
  form: ReasoningForm;
  /** Among those of its form. */
  at: number;
  text: string;
  isClosed: boolean;
}

export interface ReasoningItemOptions {
  /** The client carries state back from `encrypted_content`. */
  wantsState: boolean;
  seal: (state: OpaqueState) => string;
}

/** What the model thought. Paragraphs of a summary are parts of one item. */
export class ReasoningItem implements OutputItem {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  readonly #options: ReasoningItemOptions;
  readonly #paragraphs: Paragraph[] = [];
  readonly #states: OpaqueState[] = [];

  constructor({ id, index }: ItemPlace, options: ReasoningItemOptions) {
    this.#id = id;
    this.index = index;
    this.#options = options;
  }

  open(): WireEvent[] {
    return [itemAdded(this.index, { id: this.#id, type: 'reasoning', summary: [] })];
  }

  /** Opens a paragraph with its first word: thoughts that stay hidden have none. */
  openPart(form: ReasoningForm): OpenPart {
    let paragraph: Paragraph | undefined;
    const say = (delta: string): WireEvent[] => {
      if (delta === '') return [];
      const events: WireEvent[] = [];
      if (paragraph === undefined) {
        const at = this.#paragraphs.filter((other) => other.form === form).length;
        paragraph = { form, at, text: '', isClosed: false };
        this.#paragraphs.push(paragraph);
        events.push({ ...this.#event(paragraph, 'part.added'), part: toPart(paragraph) });
      }
      paragraph.text += delta;
      events.push({ ...this.#event(paragraph, 'text.delta'), delta });
      return events;
    };
    return {
      text: say,
      annotate: () => [],
      addState: (state) => {
        this.#states.push(state);
      },
      close: (final) => {
        const events = say(unsaidOf(paragraph?.text ?? '', wholeOf(final, form)));
        return paragraph === undefined ? events : [...events, ...this.#closeParagraph(paragraph)];
      },
    };
  }

  close(): WireEvent[] {
    if (this.isClosed) return [];
    const events = this.#paragraphs.flatMap((paragraph) => this.#closeParagraph(paragraph));
    this.isClosed = true;
    return [...events, itemDone(this.index, this.toJson())];
  }

  toJson(): JsonRecord {
    const texts = (form: ReasoningForm): JsonRecord[] =>
      this.#paragraphs.filter((paragraph) => paragraph.form === form).map(toPart);
    const content = texts('text');
    const state = this.#encodeState();
    return {
      id: this.#id,
      type: 'reasoning',
      summary: texts('summary'),
      ...(content.length > 0 && { content }),
      ...(state !== undefined && { encrypted_content: state }),
    };
  }

  /** State of this family as it is; of others sealed, one capsule behind the other. */
  #encodeState(): string | undefined {
    if (!this.#options.wantsState) return undefined;
    const own = this.#states.find(isOwn);
    if (own !== undefined) return own.value;
    const foreign = this.#states.filter(({ family }) => family !== 'openai-responses');
    return foreign.length === 0 ? undefined : foreign.map(this.#options.seal).join(' ');
  }

  #closeParagraph(paragraph: Paragraph): WireEvent[] {
    if (paragraph.isClosed) return [];
    paragraph.isClosed = true;
    return [
      { ...this.#event(paragraph, 'text.done'), text: paragraph.text },
      { ...this.#event(paragraph, 'part.done'), part: toPart(paragraph) },
    ];
  }

  #event({ form, at }: Paragraph, what: 'part.added' | 'part.done' | TextEvent): WireEvent {
    const place = { item_id: this.#id, output_index: this.index };
    if (form === 'summary') {
      return { type: `response.reasoning_summary_${what}`, ...place, summary_index: at };
    }
    const name = what.startsWith('part') ? `content_${what}` : `reasoning_${what}`;
    return { type: `response.${name}`, ...place, content_index: at };
  }
}

type TextEvent = 'text.delta' | 'text.done';

function toPart({ form, text }: Paragraph): JsonRecord {
  return { type: form === 'summary' ? 'summary_text' : 'reasoning_text', text };
}

function wholeOf(final: Part | undefined, form: ReasoningForm): string | undefined {
  if (final?.kind !== 'reasoning') return undefined;
  const summary = final.summary?.join('\n\n');
  return form === 'summary' ? (summary ?? final.text) : (final.text ?? summary);
}

function isOwn({ family, kind }: OpaqueState): boolean {
  return family === 'openai-responses' && (kind === 'encrypted' || kind === 'compaction');
}
