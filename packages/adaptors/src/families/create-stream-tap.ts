import { familyOf, type Operation } from '@turnpike/core';
import type { Dialect, StreamTap } from '../codec.ts';
import { ReframedTap } from '../wire/reframed-tap.ts';
import { createFrameReader } from '../wire/frame-reader.ts';
import { createInteractionTap } from './gemini/interaction-tap.ts';
import { findUpstreamCodec } from './index.ts';
import { createMediaStreamTap } from './media/media-stream-tap.ts';
import type { AnswerWords } from './reword-answer.ts';
import { RewordingTap } from './rewording-tap.ts';
import { createChatStreamTap } from './openai-chat/chat-stream-tap.ts';
import { RepairingTap } from './openai-chat/repairing-tap.ts';
import { createResponsesStreamTap } from './openai-responses/responses-stream-tap.ts';

export interface StreamTapOptions {
  operation: Operation;
  /** The upstream answers with server-sent events. */
  isEventStream: boolean;
  /** The client asked for a stream. */
  isStream: boolean;
  dialect: Dialect;
  /** The client did not ask for the usage frame. */
  hideUsage: boolean;
  /** Our own count of the prompt, for upstreams that report a total only. */
  estimatedPromptTokens?: number;
  /** What the answer says otherwise than the upstream; as that says it where left out. */
  words?: AnswerWords | undefined;
}

/** The tap for an answer; undefined for one that is no event stream, or that nobody asked to be one. */
export function createStreamTap(options: StreamTapOptions): StreamTap | undefined {
  const { framing } = options.dialect;
  const isReframed = framing !== undefined && framing !== 'sse';
  if (!options.isStream || !(options.isEventStream || isReframed)) return undefined;
  const ofFamily = createFamilyTap(options);
  const { words } = options;
  const tap = words === undefined ? ofFamily : new RewordingTap(ofFamily, words);
  return isReframed ? new ReframedTap(createFrameReader(framing), tap) : tap;
}

function createFamilyTap(options: StreamTapOptions): StreamTap {
  switch (options.operation) {
    case 'messages':
    case 'generate-content': {
      const family = familyOf(options.operation);
      const codec = family === undefined ? undefined : findUpstreamCodec(family);
      return codec?.createTap(options) ?? createChatStreamTap(options);
    }
    case 'interaction':
      return createInteractionTap(options.dialect);
    case 'responses':
      return createResponsesStreamTap(options.dialect);
    case 'image-generation':
    case 'image-edit':
    case 'image-variation':
    case 'speech':
    case 'transcription':
    case 'translation':
      return createMediaStreamTap(options.dialect);
    case 'chat': {
      const tap = createChatStreamTap(options);
      return options.dialect.isFaithful === true ? tap : new RepairingTap(tap);
    }
    default:
      return createChatStreamTap(options);
  }
}
