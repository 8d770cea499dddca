import {
  isCapsule,
  type CanonicalRequest,
  type CapsuleBox,
  type OpaqueState,
  type Part,
  type ReasoningPart,
  type ToolCallPart,
  type Turn,
} from '@turnpike/core';

/**
 * Opens the capsules of a conversation: what is no capsule of ours goes, and with it the verbatim form of its part. The
 * same request comes back where there is none.
 */
export function openCapsules(capsules: CapsuleBox, request: CanonicalRequest): CanonicalRequest {
  const turns = request.turns.map((turn) => {
    const parts = turn.parts.flatMap((part) => openPart(capsules, part));
    return isSame(parts, turn.parts) ? turn : { ...withoutOrigin(turn), parts };
  });
  return isSame(turns, request.turns) ? request : { ...request, turns };
}

/** Ids of the tool calls that came without any state, and of which some may be remembered. */
export function listBareCalls({ turns }: CanonicalRequest): readonly string[] {
  return turns.flatMap((turn) => callsWithoutState(turn).map(({ callId }) => callId));
}

/** Gives tool calls back what was remembered of them. */
export function addRememberedState(
  request: CanonicalRequest,
  remembered: ReadonlyMap<string, readonly OpaqueState[]>,
): CanonicalRequest {
  if (remembered.size === 0) return request;
  return { ...request, turns: request.turns.map((turn) => addRemembered(turn, remembered)) };
}

/** A reasoning part that held nothing but a capsule which does not open is nothing any more. */
function openPart(capsules: CapsuleBox, part: Part): Part | readonly Part[] {
  const { state } = part;
  if (!state?.some(({ value }) => isCapsule(value))) return part;
  const opened = state.flatMap((one) => {
    if (!isCapsule(one.value)) return one;
    return capsules.open(one.value) ?? [];
  });
  if (opened.length > 0) return { ...withoutOrigin(part), state: opened };
  const isEmpty = part.kind === 'reasoning' && (part.text ?? '') === '' && !part.summary?.length;
  if (isEmpty) return [];
  const bare = withoutOrigin(part);
  delete bare.state;
  return bare;
}

/** Calls of a turn that has no state at all: a client that keeps some keeps all. */
function callsWithoutState({ role, parts }: Turn): readonly ToolCallPart[] {
  if (role !== 'assistant' || parts.some(({ state }) => (state?.length ?? 0) > 0)) return [];
  return parts.filter((part) => part.kind === 'tool-call');
}

function addRemembered(turn: Turn, remembered: ReadonlyMap<string, readonly OpaqueState[]>): Turn {
  if (callsWithoutState(turn).length === 0) return turn;
  const parts = turn.parts.flatMap((part): Part | readonly Part[] => {
    const states = part.kind === 'tool-call' ? remembered.get(part.callId) : undefined;
    if (states === undefined || states.length === 0) return part;
    // Signatures of calls hang on the call; everything else is of the thoughts before it.
    const ofCall = states.filter(({ kind }) => kind === 'thought-signature');
    const ofThoughts = states.filter(({ kind }) => kind !== 'thought-signature');
    const call = ofCall.length === 0 ? part : { ...withoutOrigin(part), state: ofCall };
    return ofThoughts.length === 0 ? call : [toReasoning(ofThoughts), call];
  });
  return isSame(parts, turn.parts) ? turn : { ...withoutOrigin(turn), parts };
}

function toReasoning(states: readonly OpaqueState[]): ReasoningPart {
  const isRedacted = states.every(({ kind }) => kind === 'redacted');
  const text = states.find(({ kind }) => kind === 'reasoning-text')?.value;
  return {
    kind: 'reasoning',
    ...(text !== undefined && { text }),
    ...(isRedacted && { isRedacted }),
    state: states,
  };
}

function isSame<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

/** A copy that is not emitted as it once stood. */
function withoutOrigin<Thing extends { origin?: unknown }>(thing: Thing): Thing {
  const copy = { ...thing };
  delete copy.origin;
  return copy;
}
