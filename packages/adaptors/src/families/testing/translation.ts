import type { CanonicalRequest, OpaqueState } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type { EncodeTarget, PathFacts, TranslationContext } from '../../translation.ts';

/** A request as short as can be. */
export const emptyRequest: CanonicalRequest = {
  model: 'asked',
  instructions: [],
  turns: [{ role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  output: {},
  isStream: true,
  wantsStreamUsage: true,
  identity: {},
  extras: {},
};

export function pathOf(
  operation: PathFacts['operation'],
  headers: PathFacts['headers'] = {},
): PathFacts {
  return { operation, search: '', headers };
}

/** Capsules of tests: recognisable, and nothing else. */
export function sealForTests({ family, kind, value }: OpaqueState): string {
  return `gw1.${family}.${kind}.${value}`;
}

export function contextOf(
  operation: PathFacts['operation'],
  more: { headers?: PathFacts['headers']; request?: CanonicalRequest } = {},
): TranslationContext {
  return {
    request: more.request ?? emptyRequest,
    path: pathOf(operation, more.headers),
    requestId: '2026-req-1',
    model: 'asked',
    seal: sealForTests,
  };
}

export function targetOf(model: string, more: Partial<EncodeTarget> = {}): EncodeTarget {
  const dialect: Dialect = { streamUsage: 'on-request' };
  return { model, dialect, config: {}, scope: 'anthropic', ...more };
}
