import { errors } from '@turnpike/core';
import type { JsonMember } from './json-member.ts';
import type { JsonProbe } from './json-probe.ts';

/** A change of one top-level member. `json` is the text of a JSON value. Edits apply in order. */
export type SpliceEdit =
  /** Replaces the value, or appends the member. */
  | { op: 'set'; key: string; json: string }
  | { op: 'delete'; key: string }
  /** Only where the member is absent. */
  | { op: 'default'; key: string; json: string }
  /** Adds one element to an array; an absent member becomes an array of it. */
  | { op: 'array_prepend' | 'array_append'; key: string; json: string }
  /** Gives the member another key; where that is present already, it wins and the old member goes. */
  | { op: 'rename'; key: string; to: string }
  /** Changes nothing but removes all duplicates before the last. */
  | { op: 'keep_last'; key: string };

/** A body as pieces to write one after the other. Unchanged pieces are views of the original. */
export interface SplicedBody {
  slices: readonly Buffer[];
  byteLength: number;
}

/**
 * Applies edits to the byte ranges of top-level members; every other byte stays as it was, nothing is copied.
 * All duplicates of an edited key but the last are removed: what is priced is then what any reader sees.
 *
 * @throws `invalid_request` when an element is to be added to something that is not an array
 */
export function spliceJson(probe: JsonProbe, edits: readonly SpliceEdit[]): SplicedBody {
  if (edits.length === 0) return { slices: [probe.body], byteLength: probe.body.length };
  const plan = new SplicePlan(probe);
  for (const edit of edits) plan.apply(edit);
  return cutSlices(probe.body, plan.patches());
}

/** Bytes `start` to `end` of the body become `text`. */
interface Patch {
  start: number;
  end: number;
  text: string;
}

/** What becomes of one key. `member` is the occurrence that stays. */
interface KeyState {
  key: string;
  member: JsonMember | undefined;
  isDeleted: boolean;
  /** Replaces the whole value. */
  json: string | undefined;
  prepended: string[];
  appended: string[];
}

class SplicePlan {
  readonly #probe: JsonProbe;
  readonly #states = new Map<string, KeyState>();
  readonly #removed = new Set<JsonMember>();

  constructor(probe: JsonProbe) {
    this.#probe = probe;
  }

  apply(edit: SpliceEdit): void {
    const state = this.#stateOf(edit.key);
    const isPresent = !state.isDeleted && (state.member !== undefined || state.json !== undefined);
    switch (edit.op) {
      case 'set':
        setValue(state, edit.json);
        break;
      case 'default':
        if (!isPresent) setValue(state, edit.json);
        break;
      case 'delete':
        state.isDeleted = true;
        break;
      case 'rename':
        this.#rename(state, isPresent, edit.to);
        break;
      case 'array_prepend':
      case 'array_append':
        if (isPresent) this.#addElement(state, edit.op, edit.json);
        else setValue(state, `[${edit.json}]`);
        break;
      case 'keep_last':
        break;
    }
  }

  patches(): Patch[] {
    const { members, openEnd } = this.#probe;
    const patches: Patch[] = [];
    const added: string[] = [];
    for (const state of this.#states.values()) {
      if (state.member !== undefined) {
        if (state.isDeleted) this.#removed.add(state.member);
        else patches.push(...patchMember(this.#probe, state, state.member));
      } else if (!state.isDeleted && state.json !== undefined) {
        added.push(`${JSON.stringify(state.key)}:${state.json}`);
      }
    }
    patches.push(...this.#removalPatches());
    if (added.length > 0) {
      const at = members[members.length - 1]?.valueEnd ?? openEnd;
      const isAlone = members.every((member) => this.#removed.has(member));
      patches.push({ start: at, end: at, text: (isAlone ? '' : ',') + added.join(',') });
    }
    // Stable: an addition behind the last member comes after the removal that ends there.
    return patches.sort((one, other) => one.start - other.start || one.end - other.end);
  }

  #stateOf(key: string): KeyState {
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const member = this.#probe.last(key);
    if (member !== undefined) {
      for (const other of this.#probe.members) {
        if (other !== member && other.key === key) this.#removed.add(other);
      }
    }
    const state = { ...absentState(key), member };
    this.#states.set(key, state);
    return state;
  }

  #rename(state: KeyState, isPresent: boolean, to: string): void {
    if (!isPresent || state.key === to) return;
    const target = this.#stateOf(to);
    const isTaken = !target.isDeleted && (target.member !== undefined || target.json !== undefined);
    if (isTaken) {
      state.isDeleted = true;
      return;
    }
    if (target.member !== undefined) this.#removed.add(target.member);
    this.#states.set(to, { ...state, key: to });
    this.#states.set(state.key, absentState(state.key));
  }

  #addElement(state: KeyState, op: 'array_prepend' | 'array_append', json: string): void {
    if (state.json !== undefined) {
      state.json = addToArrayText(state.key, state.json, op, json);
      return;
    }
    if (state.member?.kind !== 'array') throw notAnArray(state.key);
    if (op === 'array_prepend') state.prepended.unshift(json);
    else state.appended.push(json);
  }

  /** A run of removed members goes with exactly one of the commas around it. */
  #removalPatches(): Patch[] {
    const { members } = this.#probe;
    const patches: Patch[] = [];
    let index = 0;
    while (index < members.length) {
      const first = members[index];
      if (first === undefined || !this.#removed.has(first)) {
        index++;
        continue;
      }
      let end = index;
      while (end + 1 < members.length && this.#isRemoved(end + 1)) end++;
      const next = members[end + 1];
      const before = index > 0 ? members[index - 1] : undefined;
      const start = next === undefined && before !== undefined ? before.valueEnd : first.keyStart;
      patches.push({ start, end: next?.keyStart ?? members[end]?.valueEnd ?? start, text: '' });
      index = end + 1;
    }
    return patches;
  }

  #isRemoved(index: number): boolean {
    const member = this.#probe.members[index];
    return member !== undefined && this.#removed.has(member);
  }
}

function absentState(key: string): KeyState {
  return { key, member: undefined, isDeleted: false, json: undefined, prepended: [], appended: [] };
}

function setValue(state: KeyState, json: string): void {
  state.isDeleted = false;
  state.json = json;
  state.prepended = [];
  state.appended = [];
}

function patchMember(probe: JsonProbe, state: KeyState, member: JsonMember): Patch[] {
  const patches: Patch[] = [];
  if (state.key !== member.key) {
    patches.push({
      start: member.keyStart,
      end: member.keyEnd,
      text: JSON.stringify(state.key),
    });
  }
  if (state.json !== undefined) {
    patches.push({ start: member.valueStart, end: member.valueEnd, text: state.json });
    return patches;
  }
  const { prepended, appended } = state;
  const isEmpty = member.kind === 'array' && probe.isEmpty(member);
  if (prepended.length > 0) {
    const at = member.valueStart + 1;
    patches.push({ start: at, end: at, text: prepended.join(',') + (isEmpty ? '' : ',') });
  }
  if (appended.length > 0) {
    const at = member.valueEnd - 1;
    const isFirst = isEmpty && prepended.length === 0;
    patches.push({ start: at, end: at, text: (isFirst ? '' : ',') + appended.join(',') });
  }
  return patches;
}

function addToArrayText(key: string, array: string, op: string, json: string): string {
  const text = array.trim();
  if (!text.startsWith('[') || !text.endsWith(']')) throw notAnArray(key);
  const inner = text.slice(1, -1);
  if (inner.trim() === '') return `[${json}]`;
  return op === 'array_prepend' ? `[${json},${inner}]` : `[${inner},${json}]`;
}

function notAnArray(key: string): Error {
  return errors.invalidRequest({
    param: key,
    reason: `'${key}' must be a list.`,
    reasonZh: `'${key}' 必须是列表。`,
  });
}

function cutSlices(body: Buffer, patches: readonly Patch[]): SplicedBody {
  const slices: Buffer[] = [];
  let offset = 0;
  let byteLength = 0;
  const add = (slice: Buffer): void => {
    if (slice.length === 0) return;
    slices.push(slice);
    byteLength += slice.length;
  };
  for (const { start, end, text } of patches) {
    add(body.subarray(offset, start));
    add(Buffer.from(text));
    offset = end;
  }
  add(body.subarray(offset));
  return { slices, byteLength };
}
