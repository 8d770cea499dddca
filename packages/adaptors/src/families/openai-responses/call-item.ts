import type { JsonRecord, Part } from '@turnpike/core';
import type { BuiltInTool } from './built-in-tools.ts';
import { toBuiltInCall } from './built-in-tools.ts';
import {
  itemAdded,
  itemDone,
  unsaidOf,
  type ItemPlace,
  type OpenPart,
  type OutputItem,
  type WireEvent,
} from './output-item.ts';

interface NamedCall {
  as: 'function' | 'custom';
  name: string;
  namespace?: string;
  callId: string;
}

/** What sets calls of functions and of custom tools apart on the wire. */
const forms = {
  function: { type: 'function_call', member: 'arguments', event: 'function_call_arguments' },
  custom: { type: 'custom_tool_call', member: 'input', event: 'custom_tool_call_input' },
} as const;

/** A call of a tool that the client declared by name. Its arguments are told as they come. */
export class CallItem implements OutputItem, OpenPart {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  readonly #call: NamedCall;
  #said = '';

  constructor({ id, index }: ItemPlace, call: NamedCall) {
    this.#id = id;
    this.index = index;
    this.#call = call;
  }

  open(): WireEvent[] {
    return [itemAdded(this.index, this.#item('in_progress', ''))];
  }

  text(delta: string): WireEvent[] {
    if (delta === '' || this.isClosed) return [];
    this.#said += delta;
    return [{ type: `response.${this.#form.event}.delta`, ...this.#place, delta }];
  }

  annotate(): WireEvent[] {
    return [];
  }

  /** There is no place for it in a call: it is kept elsewhere, by the call's id. */
  addState(): void {
    return;
  }

  close(final?: Part): WireEvent[] {
    if (this.isClosed) return [];
    const events = this.text(unsaidOf(this.#said, argumentsOf(final)));
    // Clients parse what they get, and nothing is no JSON.
    if (this.#said.trim() === '' && this.#call.as === 'function') events.push(...this.text('{}'));
    this.isClosed = true;
    const { member, event } = this.#form;
    const { name } = this.#call;
    const done = { ...this.#place, ...(member === 'arguments' && { name }), [member]: this.#said };
    return [
      ...events,
      { type: `response.${event}.done`, ...done },
      itemDone(this.index, this.toJson()),
    ];
  }

  toJson(): JsonRecord {
    return this.#item('completed', this.#said);
  }

  #item(status: string, said: string): JsonRecord {
    const { callId, name, namespace } = this.#call;
    const { type, member } = this.#form;
    return {
      id: this.#id,
      type,
      status,
      call_id: callId,
      name,
      ...(namespace !== undefined && { namespace }),
      [member]: said,
    };
  }

  get #form(): (typeof forms)[NamedCall['as']] {
    return forms[this.#call.as];
  }

  get #place(): JsonRecord {
    return { item_id: this.#id, output_index: this.index };
  }
}

/** A call of a tool that only this protocol has: its item can be made when the arguments are complete. */
export class BuiltInCallItem implements OutputItem, OpenPart {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  readonly #tool: BuiltInTool;
  readonly #callId: string;
  #said = '';

  constructor({ id, index }: ItemPlace, tool: BuiltInTool, callId: string) {
    this.#id = id;
    this.index = index;
    this.#tool = tool;
    this.#callId = callId;
  }

  text(delta: string): WireEvent[] {
    this.#said += delta;
    return [];
  }

  annotate(): WireEvent[] {
    return [];
  }

  addState(): void {
    return;
  }

  close(final?: Part): WireEvent[] {
    if (this.isClosed) return [];
    this.#said += unsaidOf(this.#said, argumentsOf(final));
    this.isClosed = true;
    const item = this.toJson();
    return [itemAdded(this.index, { ...item, status: 'in_progress' }), itemDone(this.index, item)];
  }

  toJson(): JsonRecord {
    const { callType: type } = this.#tool;
    const call = toBuiltInCall(this.#tool, this.#said);
    return { ...call, id: this.#id, type, status: 'completed', call_id: this.#callId };
  }
}

/** A picture that the model drew. */
export class ImageItem implements OutputItem, OpenPart {
  readonly index: number;
  isClosed = false;
  readonly #id: string;
  readonly #format: string | undefined;
  #base64 = '';

  /** @param mime such as `image/png` */
  constructor({ id, index }: ItemPlace, mime: string | undefined) {
    this.#id = id;
    this.index = index;
    this.#format = mime?.startsWith('image/') === true ? mime.slice('image/'.length) : undefined;
  }

  text(delta: string): WireEvent[] {
    this.#base64 += delta;
    return [];
  }

  annotate(): WireEvent[] {
    return [];
  }

  addState(): void {
    return;
  }

  close(final?: Part): WireEvent[] {
    if (this.isClosed) return [];
    const whole = final?.kind === 'media' ? final.source.base64 : undefined;
    this.#base64 += unsaidOf(this.#base64, whole);
    this.isClosed = true;
    const place = { item_id: this.#id, output_index: this.index };
    return [
      itemAdded(this.index, this.#item('in_progress', null)),
      { type: 'response.image_generation_call.completed', ...place },
      itemDone(this.index, this.toJson()),
    ];
  }

  toJson(): JsonRecord {
    return this.#item('completed', this.#base64);
  }

  #item(status: string, result: string | null): JsonRecord {
    const format = this.#format;
    const { id, type } = { id: this.#id, type: 'image_generation_call' };
    return { id, type, status, result, ...(format !== undefined && { output_format: format }) };
  }
}

/** An item of this very protocol, as its upstream sent it. */
export class VerbatimItem implements OutputItem {
  readonly index: number;
  isClosed = false;
  readonly #raw: JsonRecord;

  constructor(index: number, raw: JsonRecord) {
    this.index = index;
    this.#raw = raw;
  }

  close(): WireEvent[] {
    if (this.isClosed) return [];
    this.isClosed = true;
    return [itemAdded(this.index, this.#raw), itemDone(this.index, this.#raw)];
  }

  toJson(): JsonRecord {
    return this.#raw;
  }
}

function argumentsOf(final: Part | undefined): string | undefined {
  return final?.kind === 'tool-call' ? (final.argumentsJson ?? final.input) : undefined;
}
