import type { OpaqueState, Part, PartHeader, StreamEvent } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { wrapCustomInput } from '../../translate/tool-arguments.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { sealState } from './encode-blocks.ts';

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
  #index: number | undefined;
  #input = '';

  constructor(header: PartHeader, context: BlockContext) {
    this.#header = header;
    this.#context = context;
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
        this.#context.losses.add(
          'info',
          'dropped',
          'answer.annotations',
          'sources have no form here',
        );
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
        this.#endCall(header.tool);
        break;
      case 'media':
        this.#context.losses.add(
          'fatal',
          'dropped',
          `answer.${header.media}`,
          'answers are text here',
        );
        break;
      case 'provider-item':
      case 'tool-result':
        this.#passOn(final);
        break;
      case 'text':
      case 'refusal':
        break;
    }
    this.#stop();
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

  #endCall(tool: string): void {
    if (tool === 'hosted') {
      this.#context.losses.add(
        'info',
        'dropped',
        'answer.tool_call',
        'a step that the upstream ran itself',
      );
    } else if (tool === 'custom') {
      this.#delta({ type: 'input_json_delta', partial_json: wrapCustomInput(this.#input) });
    }
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

  /** Blocks of Anthropic's own that came whole. */
  #passOn(final: Part | undefined): void {
    const header = this.#header;
    const raw =
      header.kind === 'provider-item' && header.family === 'anthropic' ? header.raw : undefined;
    const origin = final?.origin?.family === 'anthropic' ? final.origin.raw : undefined;
    const block = (raw ?? origin) as JsonObject | undefined;
    if (block !== undefined) this.#begin(block);
    else
      this.#context.losses.add('info', 'dropped', `answer.${header.kind}`, 'it has no form here');
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
