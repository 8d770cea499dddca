import type {
  Annotation,
  MediaPart,
  OpaqueState,
  Part,
  PartHeader,
  StreamEvent,
} from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { wrapCustomInput } from '../../translate/tool-arguments.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { encodeAnswerPart, noteMedia, sealState } from './encode-blocks.ts';
import { CitationList } from './encode-citations.ts';

/** Events about one part. */
export type PartEvent = Extract<
  StreamEvent,
  { type: 'part' | 'text' | 'arguments' | 'bytes' | 'state' | 'annotation' | 'end' }
>;

export interface BlockContext {
  isLatest: boolean;
  seal: (state: OpaqueState) => string;
  losses: LossList;
  /** Writes one event of the stream. */
  write: (type: string, members: JsonObject) => void;
  /** Gives the index of a new block; they have no gaps. */
  nextIndex: () => number;
}

/** Writes one part as a block. The block is begun with the first thing that is said in it, so that none is empty. */
export class BlockWriter {
  readonly #header: PartHeader;
  readonly #context: BlockContext;
  readonly #state: OpaqueState[] = [];
  readonly #citations: CitationList;
  readonly #sources: Annotation[] = [];
  #index: number | undefined;
  #input = '';

  constructor(header: PartHeader, context: BlockContext) {
    this.#header = header;
    this.#context = context;
    this.#citations = new CitationList(context.losses);
    if (header.kind === 'tool-call' && header.tool !== 'hosted') {
      const { callId: id, name } = header;
      const caller = context.isLatest ? { caller: { type: 'direct' } } : {};
      this.#begin({ type: 'tool_use', id, name, input: {}, ...caller });
    }
  }

  push(event: Exclude<PartEvent, { type: 'part' | 'end' }>): void {
    switch (event.type) {
      case 'text':
        this.#say(event.delta);
        return;
      case 'arguments':
        this.#takeArguments(event.delta);
        return;
      case 'state':
        this.#state.push(event.state);
        return;
      case 'annotation':
        this.#cite(event.annotation);
        return;
      case 'bytes':
        return;
    }
  }

  end(final?: Part): void {
    const header = this.#header;
    switch (header.kind) {
      case 'reasoning':
        this.#endThoughts(final);
        break;
      case 'tool-call':
        if (header.tool === 'hosted') this.#passOn(final);
        else if (header.tool === 'custom') this.#endCustomCall();
        break;
      case 'media':
        this.#endMedia(header.media, final);
        break;
      case 'provider-item':
      case 'tool-result':
        this.#passOn(final);
        break;
      case 'text':
      case 'refusal':
        if (this.#sources.length > 0) this.#citations.drop();
        break;
    }
    this.#stop();
  }

  /** Words of speech were written as they came, unless nobody told them before the end. */
  #endMedia(media: MediaPart['media'], final: Part | undefined): void {
    const words = final?.kind === 'media' ? final.transcript : undefined;
    if (this.#index === undefined) this.#say(words ?? '');
    noteMedia(media, this.#index !== undefined, this.#context.losses);
  }

  /** Sources that are told before the first word wait for it. */
  #cite(annotation: Annotation): void {
    if (this.#index === undefined) {
      this.#sources.push(annotation);
      return;
    }
    const citation = this.#citations.add(annotation);
    if (citation !== undefined) this.#delta({ type: 'citations_delta', citation });
  }

  #say(delta: string): void {
    if (delta === '') return;
    if (this.#header.kind === 'reasoning') {
      this.#begin({ type: 'thinking', thinking: '', signature: '' });
      this.#delta({ type: 'thinking_delta', thinking: delta });
      return;
    }
    this.#begin({ type: 'text', text: '', ...(this.#context.isLatest && { citations: null }) });
    this.#delta({ type: 'text_delta', text: delta });
    for (const source of this.#sources.splice(0)) this.#cite(source);
  }

  /** Blanks alone are no JSON: they wait for what follows. A custom tool's input becomes JSON when it is complete. */
  #takeArguments(delta: string): void {
    const { kind } = this.#header;
    if (kind !== 'tool-call' || this.#header.tool === 'hosted') return;
    this.#input += delta;
    if (this.#header.tool === 'custom' || this.#input.trim() === '') return;
    this.#delta({ type: 'input_json_delta', partial_json: this.#input });
    this.#input = '';
  }

  #endCustomCall(): void {
    this.#delta({ type: 'input_json_delta', partial_json: wrapCustomInput(this.#input) });
  }

  /** One signature, just before the end: clients replace it, they do not append. */
  #endThoughts(final: Part | undefined): void {
    const sealed = this.#state.map((state) => sealState(state, this.#context.seal));
    const isRedacted = final?.kind === 'reasoning' && final.isRedacted === true;
    if (this.#index === undefined && isRedacted) {
      this.#writeRedacted(sealed);
      return;
    }
    const [signature, ...more] = sealed;
    if (signature !== undefined) {
      this.#begin({ type: 'thinking', thinking: '', signature: '' });
      this.#delta({ type: 'signature_delta', signature });
    }
    this.#stop();
    this.#writeRedacted(more);
  }

  #writeRedacted(sealed: readonly string[]): void {
    for (const data of sealed) {
      this.#begin({ type: 'redacted_thinking', data });
      this.#stop();
    }
  }

  /** Blocks that are known as a whole only: what the upstream ran itself, and items of its own. */
  #passOn(final: Part | undefined): void {
    const header = this.#header;
    const part = final ?? (header.kind === 'provider-item' ? header : undefined);
    const [block] = part === undefined ? [] : encodeAnswerPart(part, this.#context);
    if (block === undefined) return;
    const { input } = block;
    const isCall = header.kind === 'tool-call' && input !== undefined;
    this.#begin(isCall ? { ...block, input: {} } : block);
    if (isCall) this.#delta({ type: 'input_json_delta', partial_json: JSON.stringify(input) });
  }

  #begin(block: JsonObject): void {
    if (this.#index !== undefined) return;
    this.#index = this.#context.nextIndex();
    this.#context.write('content_block_start', { index: this.#index, content_block: block });
  }

  #delta(delta: JsonObject): void {
    this.#context.write('content_block_delta', { index: this.#index, delta });
  }

  #stop(): void {
    if (this.#index === undefined) return;
    this.#context.write('content_block_stop', { index: this.#index });
    this.#index = undefined;
  }
}
