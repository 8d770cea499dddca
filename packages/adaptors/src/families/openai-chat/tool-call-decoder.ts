import type { StreamEvent, ToolKind } from '@turnpike/core';
import { placeholderCallId } from '../../translate/call-ids.ts';
import { JsonBalance } from '../../wire/json-balance.ts';
import { asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { readArguments, readCallState } from './decode-answer-parts.ts';

/** One call of a tool in a stream. It is announced when its name is known; some vendors send that late, or again and again. */
export class ToolCallDecoder {
  readonly #candidate: number;
  readonly #ordinal: number;
  readonly #balance = new JsonBalance();
  #id: string | undefined;
  #name: string | undefined;
  #tool: ToolKind = 'function';
  #part: number | undefined;
  #waiting = '';
  #isClosed = false;

  constructor(candidate: number, ordinal: number) {
    this.#candidate = candidate;
    this.#ordinal = ordinal;
  }

  get isAnnounced(): boolean {
    return this.#part !== undefined;
  }

  /** Its arguments are a whole JSON value, so that nothing of it is to come. */
  get isComplete(): boolean {
    return this.isAnnounced && !this.#isClosed && this.#balance.isComplete;
  }

  isSame(id: string): boolean {
    return this.#id === undefined || this.#id === id;
  }

  /** @param nextPart gives the index of a new part */
  push(call: JsonObject, nextPart: () => number): StreamEvent[] {
    if (this.#isClosed) return [];
    const custom = asObject(call['custom']);
    const called = asObject(call['function']) ?? custom ?? {};
    this.#id ??= asText(call['id']);
    this.#name ??= asText(called['name']);
    if (custom !== undefined) this.#tool = 'custom';
    const delta = readArguments(called['arguments'] ?? called['input']);
    this.#balance.push(delta);
    this.#waiting += delta;
    const events = this.#announce(nextPart);
    const state = readCallState(call);
    if (state !== undefined && this.#part !== undefined) {
      events.push({ type: 'state', candidate: this.#candidate, part: this.#part, state });
    }
    return events;
  }

  /** Closes it, once. */
  end(): StreamEvent[] {
    if (this.#part === undefined || this.#isClosed) return [];
    this.#isClosed = true;
    return [{ type: 'end', candidate: this.#candidate, part: this.#part }];
  }

  /** The answer is over: a call whose name never came is none. */
  finish(nextPart: () => number): StreamEvent[] {
    return [...this.#announce(nextPart), ...this.end()];
  }

  #announce(nextPart: () => number): StreamEvent[] {
    if (this.#name === undefined) return [];
    const events: StreamEvent[] = [];
    if (this.#part === undefined) {
      this.#part = nextPart();
      this.#id ??= placeholderCallId(this.#name, this.#ordinal);
      events.push({
        type: 'part',
        candidate: this.#candidate,
        part: this.#part,
        header: { kind: 'tool-call', callId: this.#id, name: this.#name, tool: this.#tool },
      });
    }
    if (this.#waiting !== '') {
      const delta = this.#waiting;
      this.#waiting = '';
      events.push({ type: 'arguments', candidate: this.#candidate, part: this.#part, delta });
    }
    return events;
  }
}
