import type { CanonicalRequest, Loss, Usage } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import type {
  EncodedUpstreamRequest,
  EncodeTarget,
  StreamDecoder,
  UpstreamCodec,
} from '../../translation.ts';
import { isCarried } from '../../translate/note-uncarried.ts';
import { asObject, parseJson, type JsonObject } from '../../wire/json-object.ts';
import { droppedLoss } from '../dialect-losses.ts';
import { createChatStreamTap } from './chat-stream-tap.ts';
import { decodeChatResponse } from './decode-response.ts';
import { encodeChatRequest } from './encode-request.ts';
import { readUpstreamError } from './read-error.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';

/** How the wire of a vendor differs from chat: what stands where. */
export interface ChatShape {
  /** Members of a chat body that `request` makes something of; every other one is lost, and counted. */
  heard: ReadonlySet<string>;
  /** The vendor's body of a chat body. */
  request(
    body: JsonObject,
    context: { request: CanonicalRequest; target: EncodeTarget },
  ): { body: JsonObject; losses: readonly Loss[] };
  /** A chat answer of the vendor's. */
  response(body: JsonObject): JsonObject;
  /** The chat chunks of each of the vendor's frames. Made for each stream. */
  createChunks(): (frame: JsonObject, event: string | undefined) => readonly JsonObject[];
  /** Where the vendor's usage is counted otherwise. Gets a chat-shaped body. */
  readUsage?: (body: JsonObject) => Usage | undefined;
}

/** An upstream that means the same as chat and writes it otherwise. */
export function reshapeChatCodec(shape: ChatShape): UpstreamCodec {
  const withUsage = (dialect: Dialect): Dialect =>
    shape.readUsage === undefined ? dialect : { ...dialect, readUsage: shape.readUsage };
  return {
    family: 'openai-chat',
    encodeRequest(request, target): EncodedUpstreamRequest {
      const chat = encodeChatRequest(request, target);
      const { body, losses } = shape.request(chat.body, { request, target });
      const before = chat.losses.filter((loss) => !isToldAgain(loss, losses));
      return { ...chat, body, losses: [...before, ...losses, ...unheard(chat.body, shape)] };
    },
    decodeResponse: (body, dialect) => decodeChatResponse(shape.response(body), withUsage(dialect)),
    createStreamDecoder: (dialect) => new ReshapedDecoder(shape, withUsage(dialect)),
    readError: (status, headers, body, dialect) =>
      readUpstreamError(status, headers, body, { dialect }),
    createTap: createChatStreamTap,
  };
}

/** Chat says of a file that its upstream may not fetch it; the vendor's own wire knows. */
function isToldAgain({ address }: Loss, losses: readonly Loss[]): boolean {
  return address !== undefined && losses.some((loss) => loss.address === address);
}

function unheard(body: JsonObject, { heard }: ChatShape): readonly Loss[] {
  return Object.entries(body).flatMap(([key, value]) => {
    // A name that nobody knows is the client's own word, and not to be repeated.
    const at = isCarried('openai-chat', key) ? key : 'others';
    const loss = heard.has(key) ? undefined : droppedLoss(at, value);
    return loss === undefined ? [] : [loss];
  });
}

class ReshapedDecoder implements StreamDecoder {
  readonly #inner: ChatStreamDecoder;
  readonly #toChunks: ReturnType<ChatShape['createChunks']>;

  constructor(shape: ChatShape, dialect: Dialect) {
    this.#inner = new ChatStreamDecoder(dialect);
    this.#toChunks = shape.createChunks();
  }

  push(frame: Parameters<StreamDecoder['push']>[0]): ReturnType<StreamDecoder['push']> {
    if (frame.data === undefined || frame.data.trim() === '[DONE]') return [];
    const value = asObject(parseJson(frame.data));
    // What nobody can read is judged as chat's decoder does it.
    if (value === undefined) return this.#inner.push(frame);
    return this.#toChunks(value, frame.event).flatMap((chunk) => [
      ...this.#inner.push({ event: undefined, id: undefined, data: JSON.stringify(chunk) }),
    ]);
  }

  end(): ReturnType<StreamDecoder['end']> {
    return this.#inner.end();
  }
}
