import type { Family } from '@turnpike/core';
import type { ClientCodec, UpstreamCodec } from '../translation.ts';
import { anthropicClientCodec } from './anthropic/client-codec.ts';
import { anthropicUpstreamCodec } from './anthropic/upstream-codec.ts';
import { geminiClientCodec } from './gemini/client-codec.ts';
import { geminiUpstreamCodec } from './gemini/upstream-codec.ts';
import { chatClientCodec } from './openai-chat/client-codec.ts';
import { chatUpstreamCodec } from './openai-chat/upstream-codec.ts';
import { responsesClientCodec } from './openai-responses/client-codec.ts';
import { responsesUpstreamCodec } from './openai-responses/upstream-codec.ts';

/** What this build can say to clients: one line for each family. */
const clientCodecs: readonly ClientCodec[] = [
  anthropicClientCodec,
  chatClientCodec,
  geminiClientCodec,
  responsesClientCodec,
];

/** What this build can say to upstreams: one line for each family. */
const upstreamCodecs: readonly UpstreamCodec[] = [
  anthropicUpstreamCodec,
  chatUpstreamCodec,
  geminiUpstreamCodec,
  responsesUpstreamCodec,
];

const clientCodecOf = new Map(clientCodecs.map((codec) => [codec.family, codec]));
const upstreamCodecOf = new Map(upstreamCodecs.map((codec) => [codec.family, codec]));

/** The side of a family that faces clients. */
export function findClientCodec(family: Family): ClientCodec | undefined {
  return clientCodecOf.get(family);
}

/** The side of a family that faces upstreams. */
export function findUpstreamCodec(family: Family): UpstreamCodec | undefined {
  return upstreamCodecOf.get(family);
}
