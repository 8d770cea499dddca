import type { Annotation, JsonRecord, Loss, Part, PartHeader, StreamEvent } from '@turnpike/core';
import { LossList } from '../../translate/loss-list.ts';
import type { TranslationContext } from '../../translation.ts';
import { asObject } from '../../wire/json-object.ts';
import { BuiltInCallItem, CallItem, ImageItem, VerbatimItem } from './call-item.ts';
import { encodeAnnotation } from './encode-annotation.ts';
import { formOf, HostedItem, hostedCallPart } from './hosted-item.ts';
import { createItemId } from './item-ids.ts';
import { MessageItem } from './message-item.ts';
import type { ItemPlace, OpenPart, OutputItem, WireEvent } from './output-item.ts';
import { ReasoningItem, type ReasoningItemOptions } from './reasoning-item.ts';
import { createToolIndex, type CalledTool } from './tool-index.ts';

const nothing: readonly WireEvent[] = [];

/**
 * Makes the items of one answer out of its parts, and tells what a stream says of each step. What follows one another as
 * text is one message; paragraphs of one thought are one item.
 */
export class OutputBuilder {
  readonly losses = new LossList();
  readonly #requestId: string;
  readonly #findTool: (name: string) => CalledTool;
  readonly #reasoning: ReasoningItemOptions;
  /** The client asked to be told what the model thinks, and looks for that in the summary. */
  readonly #readsSummary: boolean;
  readonly #items: OutputItem[] = [];
  readonly #parts = new Map<number, OpenPart>();
  /** Steps of the upstream's own, by the id of the call. */
  readonly #hosted = new Map<string, HostedItem>();
  #message: { item: MessageItem; id: string | undefined } | undefined;
  #thought: { item: ReasoningItem; id: string | undefined } | undefined;

  constructor({ request, requestId, seal }: TranslationContext) {
    this.#requestId = requestId;
    this.#findTool = createToolIndex(request);
    this.#reasoning = { wantsState: wantsState(request), seal };
    this.#readsSummary = request.reasoning?.includesText === true;
  }

  push(event: StreamEvent): readonly WireEvent[] {
    if (!('part' in event)) return nothing;
    if (event.candidate !== 0) {
      this.#lose('fatal', 'candidates', 'an answer has one candidate in this protocol');
      return nothing;
    }
    const part = this.#parts.get(event.part);
    switch (event.type) {
      case 'part':
        return this.#open(event.part, event.header);
      case 'text':
        return part?.text(event.delta, event.logprobs) ?? nothing;
      case 'arguments':
      case 'bytes':
        return part?.text(event.delta) ?? nothing;
      case 'state':
        part?.addState(event.state);
        return nothing;
      case 'annotation':
        return part?.annotate(this.#encodeAnnotation(event.annotation)) ?? nothing;
      case 'end':
        this.#parts.delete(event.part);
        return part?.close(event.final) ?? nothing;
    }
  }

  /** Closes whatever is still open. */
  close(): WireEvent[] {
    this.#message = undefined;
    this.#thought = undefined;
    return this.#items.flatMap((item) => item.close());
  }

  /** The items, once they are closed. */
  output(): JsonRecord[] {
    return this.#items.map((item) => item.toJson());
  }

  #open(at: number, header: PartHeader): readonly WireEvent[] {
    const closed = [...this.#endThought(header), ...this.#endMessage(header)];
    return [...closed, ...this.#openIn(at, header)];
  }

  #openIn(at: number, header: PartHeader): readonly WireEvent[] {
    switch (header.kind) {
      case 'text':
      case 'refusal':
        return this.#openContent(at, header);
      case 'reasoning':
        return this.#openThought(at, header);
      case 'tool-call':
        return this.#openCall(at, header);
      case 'media':
        if (header.media === 'audio') {
          this.#openSpeech(at);
          return nothing;
        }
        if (header.media !== 'image') break;
        return this.#keep(at, new ImageItem(this.#place('ig'), header.mime));
      case 'provider-item':
        if (header.family !== 'openai-responses') break;
        return this.#openVerbatim(asObject(header.raw) ?? { type: header.itemType });
      case 'tool-result':
        this.#openHostedResult(at, header.callId);
        return nothing;
    }
    const severity = header.kind === 'media' ? 'fatal' : 'info';
    this.#lose(severity, `part[${at}]`, `a part of kind ${header.kind} has no item here`);
    return nothing;
  }

  #openContent(
    at: number,
    { kind, id }: Extract<PartHeader, { kind: 'text' | 'refusal' }>,
  ): readonly WireEvent[] {
    const events: WireEvent[] = [];
    if (this.#message === undefined) {
      const item = new MessageItem(this.#place('msg', id));
      this.#message = { item, id };
      this.#items.push(item);
      events.push(...item.open());
    }
    const opened = this.#message.item.openPart(kind);
    this.#parts.set(at, opened.part);
    return [...events, ...opened.events];
  }

  /** Speech has no item: its words are text of a message, which begins with the first of them. */
  #openSpeech(at: number): void {
    const say = (delta: string): WireEvent[] => {
      if (delta === '') return [];
      this.#lose('warn', 'audio', 'speech is told by its words here', 'approximated');
      const opened = this.#openContent(at, { kind: 'text' });
      return [...opened, ...(this.#parts.get(at)?.text(delta) ?? [])];
    };
    this.#parts.set(at, {
      text: say,
      annotate: () => [],
      addState: () => undefined,
      close: (final) => {
        const words = final?.kind === 'media' ? (final.transcript ?? '') : '';
        if (words === '') this.#lose('fatal', 'audio', 'speech has no item here');
        const said = say(words);
        const opened = words === '' ? undefined : this.#parts.get(at);
        this.#parts.delete(at);
        return [...said, ...(opened?.close() ?? [])];
      },
    });
  }

  #openThought(
    at: number,
    header: Extract<PartHeader, { kind: 'reasoning' }>,
  ): readonly WireEvent[] {
    const events: WireEvent[] = [];
    if (this.#thought === undefined) {
      const item = new ReasoningItem(this.#place('rs', header.id), this.#reasoning);
      this.#thought = { item, id: header.id };
      this.#items.push(item);
      events.push(...item.open());
    }
    const form = this.#readsSummary ? 'summary' : header.form;
    this.#parts.set(at, this.#thought.item.openPart(form));
    return events;
  }

  #openCall(
    at: number,
    { callId, name, tool, id, hosted }: Extract<PartHeader, { kind: 'tool-call' }>,
  ): readonly WireEvent[] {
    if (tool === 'hosted') {
      if (hosted?.family === 'openai-responses') return this.#openVerbatim(hosted.raw);
      this.#parts.set(
        at,
        hostedCallPart((final) => this.#showHosted(at, final)),
      );
      return nothing;
    }
    const called = this.#findTool(name);
    if (called.as === 'built-in') {
      const place = this.#place(called.tool.idPrefix);
      return this.#keep(at, new BuiltInCallItem(place, called.tool, callId));
    }
    const as = tool === 'custom' ? 'custom' : 'function';
    const place = this.#place(as === 'custom' ? 'ctc' : 'fc', id);
    const item = new CallItem(place, { ...called, as, callId });
    this.#keep(at, item);
    return item.open();
  }

  /** A step that another upstream ran itself: what it did is known at its end. */
  #showHosted(at: number, final: Part | undefined): WireEvent[] {
    const call = final?.kind === 'tool-call' ? final : undefined;
    const form = formOf(call?.step, call?.argumentsJson);
    if (call === undefined || form === undefined) {
      this.#lose('info', `part[${at}]`, 'a call that the upstream ran itself is not shown');
      return [];
    }
    const item = new HostedItem(this.#place(form.prefix), form);
    this.#items.push(item);
    this.#hosted.set(call.callId, item);
    return item.open();
  }

  /** It ends the step that it belongs to. */
  #openHostedResult(at: number, callId: string): void {
    this.#parts.set(
      at,
      hostedCallPart((final) => {
        const item = this.#hosted.get(callId);
        if (item === undefined) {
          const isOwn = final?.origin?.family === 'openai-responses';
          if (!isOwn) this.#lose('info', `part[${at}]`, 'a step of the upstream is not shown');
          return [];
        }
        return final?.kind === 'tool-result' ? item.complete(final) : item.close();
      }),
    );
  }

  #openVerbatim(raw: JsonRecord): readonly WireEvent[] {
    const item = new VerbatimItem(this.#items.length, raw);
    this.#items.push(item);
    return item.close();
  }

  #keep(at: number, item: OutputItem & OpenPart): readonly WireEvent[] {
    this.#items.push(item);
    this.#parts.set(at, item);
    return nothing;
  }

  /** A thought ends where something else begins, unless that is its next paragraph. */
  #endThought(next: PartHeader): WireEvent[] {
    const thought = this.#thought;
    if (thought === undefined) return [];
    const isSame = next.kind === 'reasoning' && next.id !== undefined && next.id === thought.id;
    if (isSame) return [];
    this.#thought = undefined;
    return thought.item.close();
  }

  /** A message ends where something else begins, but not in the middle of a word. */
  #endMessage(next: PartHeader): WireEvent[] {
    const message = this.#message;
    if (message === undefined) return [];
    const isContent = next.kind === 'text' || next.kind === 'refusal';
    if (isContent && next.id === message.id) return [];
    this.#message = undefined;
    return message.item.isBusy ? [] : message.item.close();
  }

  #encodeAnnotation(annotation: Annotation): JsonRecord {
    const { annotation: encoded, loss } = encodeAnnotation(annotation);
    if (loss !== undefined) this.#lose('info', 'annotations', loss);
    return encoded;
  }

  /** An item of this very protocol keeps its id. */
  #place(prefix: string, given?: string): ItemPlace {
    const index = this.#items.length;
    const isOwn = given?.startsWith(`${prefix}_`) === true;
    return { id: isOwn ? given : createItemId(this.#requestId, prefix, index), index };
  }

  #lose(
    severity: Loss['severity'],
    at: string,
    note: string,
    what: Loss['what'] = 'dropped',
  ): void {
    const known = this.losses.losses.some((loss) => loss.at === `stream.${at}`);
    if (!known) this.losses.add(severity, what, `stream.${at}`, note);
  }
}

/** Clients that said who keeps the conversation: what is kept must be whole, and what is not is carried back. */
function wantsState({ state }: TranslationContext['request']): boolean {
  return (
    state?.store !== undefined || state?.include?.includes('reasoning.encrypted_content') === true
  );
}
