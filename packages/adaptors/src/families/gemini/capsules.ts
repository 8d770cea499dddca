import { isCapsule, type Part } from '@turnpike/core';

/**
 * Brings state of other families back to the thoughts that it was hung on a call for: that is where their encoders look.
 * Nothing that held a capsule keeps its origin, because a capsule never leaves the gateway towards an upstream.
 *
 * @returns undefined where there is no capsule among the parts
 */
export function freeCapsules(parts: readonly Part[]): readonly Part[] | undefined {
  if (!parts.some(holdsCapsule)) return undefined;
  const freed: Part[] = [];
  for (const part of parts) {
    if (!holdsCapsule(part)) {
      freed.push(part);
      continue;
    }
    const { state = [], origin: _, ...rest } = part;
    if (rest.kind === 'reasoning' && rest.text !== undefined) {
      freed.push({ ...rest, state });
      continue;
    }
    const before = freed.at(-1);
    if (before?.kind === 'reasoning') {
      const { origin: _origin, ...thoughts } = before;
      freed[freed.length - 1] = { ...thoughts, state: [...(before.state ?? []), ...state] };
    } else {
      freed.push({ kind: 'reasoning', state });
    }
    if (rest.kind !== 'reasoning') freed.push(rest);
  }
  return freed;
}

function holdsCapsule({ state }: Part): boolean {
  return state?.some(({ value }) => isCapsule(value)) === true;
}
