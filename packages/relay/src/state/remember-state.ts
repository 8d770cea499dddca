import type { OpaqueState, StateStore, StreamEvent } from '@turnpike/core';

/** Where state of this answer is valid. */
export interface StateScope {
  userId: number;
  scope: string;
  model: string;
}

/**
 * Watches an answer for state that belongs to its tool calls, and puts it into the store under each call's id: its own,
 * and that of the thoughts right before it. @returns what has to see every event
 */
export function createStateMemory(
  store: StateStore,
  { userId, scope, model }: StateScope,
): (event: StreamEvent) => void {
  const calls = new Map<string, string>();
  let ofThoughts: OpaqueState[] = [];
  const thoughts = new Map<string, string>();
  const ofCall = new Map<string, OpaqueState[]>();
  return (event) => {
    if (!('part' in event)) return;
    const place = `${String(event.candidate)}/${String(event.part)}`;
    switch (event.type) {
      case 'part':
        if (event.header.kind === 'tool-call') calls.set(place, event.header.callId);
        else if (event.header.kind === 'reasoning') thoughts.set(place, '');
        return;
      case 'text':
        if (thoughts.has(place)) thoughts.set(place, (thoughts.get(place) ?? '') + event.delta);
        return;
      case 'state': {
        const state = { ...event.state, scope: event.state.scope ?? scope, model };
        if (calls.has(place)) ofCall.set(place, [...(ofCall.get(place) ?? []), state]);
        else ofThoughts.push(state);
        return;
      }
      case 'end': {
        const callId = calls.get(place);
        if (callId === undefined) return;
        const states = [...withText(ofThoughts, thoughts), ...(ofCall.get(place) ?? [])];
        // The thoughts belong to the first call after them; more calls of the same step come without.
        ofThoughts = [];
        thoughts.clear();
        if (states.length > 0) store.put(userId, callId, states);
        return;
      }
      case 'arguments':
      case 'bytes':
      case 'annotation':
        return;
    }
  };
}

/** A signature signs the thoughts, so these are kept with it. */
function withText(
  states: readonly OpaqueState[],
  thoughts: ReadonlyMap<string, string>,
): readonly OpaqueState[] {
  const signature = states.find(({ kind }) => kind === 'signature');
  const text = [...thoughts.values()].join('');
  return signature === undefined || text === ''
    ? states
    : [...states, { ...signature, kind: 'reasoning-text', value: text }];
}
