import { conversationOperations, type Family, type Operation } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import { hasOwnBridge } from '../families/bridges.ts';
import { findUpstreamCodec } from '../families/index.ts';
import type { UpstreamCodec } from '../translation.ts';
import { cohereCodec } from './cohere/cohere-codec.ts';
import { ollamaCodec } from './ollama/ollama-codec.ts';

/** Providers that hold conversations in a wire of their own: it stands in for the family that the codec names. */
const ownCodecs: ReadonlyMap<string, UpstreamCodec> = new Map([
  ['cohere', cohereCodec],
  ['ollama', ollamaCodec],
]);

/** The codec for a family at a provider: the provider's own, else the family's. */
export function findProviderCodec(provider: Provider, family: Family): UpstreamCodec | undefined {
  const own = ownCodecs.get(provider.id);
  return own?.family === family ? own : findUpstreamCodec(family);
}

/** Whether a provider answers an operation in a wire of its own, although it has an address for it. */
export function hasOwnWire(operation: Operation, provider: Provider): boolean {
  const own = ownCodecs.get(provider.id);
  const isConversation = own !== undefined && conversationOperations[own.family] === operation;
  return isConversation || hasOwnBridge(operation, provider);
}
