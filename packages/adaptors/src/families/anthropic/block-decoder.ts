import type { Part, PartHeader, StreamEvent } from '@turnpike/core';
import { asArray, asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { decodeCitation } from './decode-blocks.ts';
import { decodeAnswerBlock } from './decode-response.ts';

/** One block of a streamed message: events as it grows, and what it is as a whole at its end. */
export class BlockDecoder {
  readonly #place: { candidate: 0; part: number };
  #block: JsonObject;
  #text = '';
  #thinking = '';
  #json = '';
  #citations: unknown[] = [];

  constructor(part: number, block: JsonObject) {
    this.#place = { candidate: 0, part };
    this.#block = block;
    this.#citations = [...asArray(block['citations'])];
  }

  /** Empty for a block that is none. */
  begin(): StreamEvent[] {
    const [part] = decodeAnswerBlock(this.#block);
    const header = part === undefined ? undefined : headerOf(part);
    if (header === undefined) return [];
    const events: StreamEvent[] = [{ type: 'part', ...this.#place, header }];
    events.push(...this.#say('text', asText(this.#block['text'])));
    events.push(...this.#say('thinking', asText(this.#block['thinking'])));
    for (const state of part?.state ?? []) events.push({ type: 'state', ...this.#place, state });
    return events;
  }

  push(delta: JsonObject): StreamEvent[] {
    switch (delta['type']) {
      case 'text_delta':
        return this.#say('text', rawText(delta['text']));
      case 'thinking_delta':
        return this.#say('thinking', rawText(delta['thinking']));
      case 'input_json_delta': {
        const json = rawText(delta['partial_json']) ?? '';
        this.#json += json;
        return json === '' ? [] : [{ type: 'arguments', ...this.#place, delta: json }];
      }
      case 'signature_delta': {
        const value = asText(delta['signature']);
        if (value === undefined) return [];
        this.#block = { ...this.#block, signature: value };
        const state = { family: 'anthropic', kind: 'signature', value } as const;
        return [{ type: 'state', ...this.#place, state }];
      }
      case 'citations_delta': {
        const citation = asObject(delta['citation']);
        if (citation === undefined) return [];
        this.#citations.push(citation);
        return [{ type: 'annotation', ...this.#place, annotation: decodeCitation(citation) }];
      }
      case 'compaction_delta':
        this.#block = { ...this.#block, content: delta['content'] };
        return [];
      default:
        return [];
    }
  }

  end(): StreamEvent[] {
    const [final] = decodeAnswerBlock(this.#whole());
    return final === undefined
      ? []
      : [...this.#lateInput(), { type: 'end', ...this.#place, final }];
  }

  get isCall(): boolean {
    return this.#block['type'] === 'tool_use';
  }

  /** Some servers give the whole input where the block begins. */
  #lateInput(): StreamEvent[] {
    const input = asObject(this.#block['input']);
    if (this.#json !== '' || input === undefined || Object.keys(input).length === 0) return [];
    return [{ type: 'arguments', ...this.#place, delta: JSON.stringify(input) }];
  }

  #say(member: 'text' | 'thinking', delta: string | undefined): StreamEvent[] {
    if (delta === undefined || delta === '') return [];
    if (member === 'text') this.#text += delta;
    else this.#thinking += delta;
    return [{ type: 'text', ...this.#place, delta }];
  }

  #whole(): JsonObject {
    const block: Record<string, unknown> = { ...this.#block };
    // Copies of this protocol leave the empty text out where a block begins.
    if (block['type'] === 'text' || 'text' in block) block['text'] = this.#text;
    if (block['type'] === 'thinking' || 'thinking' in block) block['thinking'] = this.#thinking;
    if (this.#citations.length > 0) block['citations'] = this.#citations;
    if (this.#json !== '') block['input'] = parseJson(this.#json) ?? { _raw: this.#json };
    return block;
  }
}

function rawText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function headerOf(part: Part): PartHeader | undefined {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return { kind: part.kind };
    case 'reasoning':
      return { kind: 'reasoning', form: 'text' };
    case 'tool-call': {
      const { callId, name, tool, hosted } = part;
      return { kind: 'tool-call', callId, name, tool, ...(hosted !== undefined && { hosted }) };
    }
    case 'tool-result':
      return { kind: 'tool-result', callId: part.callId, raw: part.origin?.raw };
    case 'media':
      return { kind: 'media', media: part.media, ...(part.mime && { mime: part.mime }) };
    case 'provider-item': {
      const { family, itemType, raw } = part;
      return { kind: 'provider-item', family, itemType, raw };
    }
  }
}
