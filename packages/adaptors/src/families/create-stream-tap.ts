import type { Operation } from '@turnpike/core';
import type { Dialect, StreamTap } from '../codec.ts';
import { createMediaStreamTap } from './media/media-stream-tap.ts';
import { createChatStreamTap } from './openai-chat/chat-stream-tap.ts';
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
}

/** The tap for an answer; undefined for one that is no event stream, or that nobody asked to be one. */
export function createStreamTap(options: StreamTapOptions): StreamTap | undefined {
  if (!options.isEventStream || !options.isStream) return undefined;
  switch (options.operation) {
    case 'responses':
      return createResponsesStreamTap(options.dialect);
    case 'image-generation':
    case 'image-edit':
    case 'image-variation':
    case 'speech':
    case 'transcription':
    case 'translation':
      return createMediaStreamTap(options.dialect);
    default:
      return createChatStreamTap(options);
  }
}
