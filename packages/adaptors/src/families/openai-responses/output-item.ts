import type { JsonRecord, OpaqueState, Part } from '@turnpike/core';

/** An event of a client's stream, but for its number. */
export type WireEvent = Readonly<{ type: string }> & JsonRecord;

/** A part of the answer within the item that holds it. Each function returns what the stream says of it. */
export interface OpenPart {
  text(delta: string, logprobs?: unknown): WireEvent[];
  annotate(annotation: JsonRecord): WireEvent[];
  addState(state: OpaqueState): void;
  /** @param final what the decoder knows of the part as a whole */
  close(final?: Part): WireEvent[];
}

/** An item of `output` while it is made. */
export interface OutputItem {
  readonly index: number;
  isClosed: boolean;
  /** Closes what is open in it, and it. */
  close(): WireEvent[];
  /** As it is in the final `output`; only asked for once it is closed. */
  toJson(): JsonRecord;
}

/** Where an event belongs. */
export interface ItemPlace {
  id: string;
  index: number;
}

export function itemAdded(index: number, item: JsonRecord): WireEvent {
  return { type: 'response.output_item.added', output_index: index, item };
}

export function itemDone(index: number, item: JsonRecord): WireEvent {
  return { type: 'response.output_item.done', output_index: index, item };
}

/** What a part was meant to say and was not said in pieces. */
export function unsaidOf(said: string, whole: string | undefined): string {
  return whole?.startsWith(said) === true ? whole.slice(said.length) : '';
}
