import type {
  CanonicalRequest,
  CanonicalResponse,
  Family,
  GatewayError,
  JsonRecord,
  Loss,
  OpaqueState,
  Operation,
  StreamEvent,
  UpstreamError,
  Usage,
} from '@turnpike/core';
import type { Dialect, StreamTap } from './codec.ts';
import type { EncodedError, ErrorContext } from './families/openai-chat/encode-error.ts';
import type { BodyFacts } from './families/openai-chat/read-request.ts';
import type { ToolRestoration } from './translate/restore-tools.ts';
import type { JsonProbe } from './wire/json-probe.ts';
import type { SseFrame } from './wire/sse-frame.ts';
import type { ResponseHeaders } from './families/openai-chat/read-error.ts';

/** The side of a family that faces clients. Nothing in it does I/O. */
export interface ClientCodec {
  family: Family;
  /**
   * What routes, prices and limits a request, from its probe; the body is not parsed.
   *
   * @throws `invalid_request` with `param`
   */
  readRequest(probe: JsonProbe, path: PathFacts): BodyFacts;
  /**
   * Opaque text that the client carries back goes into `state` as it stands, with `family` this one's: where it is one of
   * our capsules (`gw1.…`, for Gemini base64 of that), whoever holds the secret opens it afterwards.
   *
   * @throws `invalid_request` with `param` where a member has a type that no client of the family sends
   */
  decodeRequest(body: JsonRecord, path: PathFacts): CanonicalRequest;
  encodeResponse(response: CanonicalResponse, context: TranslationContext): Encoded;
  createStreamEncoder(context: TranslationContext): StreamEncoder;
  encodeError(error: GatewayError, context: ErrorContext): EncodedError;
  /** Ends a stream that has begun. No terminal marker follows it. */
  encodeStreamError(error: GatewayError, context: ErrorContext): Buffer;
  /** Ends a stream of the byte plane that the budget cut: finish for length, terminal marker. `model` as the client asked. */
  encodeBudgetCut(model: string): Buffer;
  /** Content type of a stream to this client; `text/event-stream` where left out. */
  streamContentType?(path: PathFacts): string;
  /** What keeps a silent stream open; a comment where left out. */
  keepAlive?: Buffer;
}

/** What a request says outside its body. */
export interface PathFacts {
  operation: Operation;
  /** The model, where the path names it. */
  model?: string;
  /** Gemini streams by the action in the path. */
  isStream?: boolean;
  /** `alt=sse` or not, for Gemini. */
  search: string;
  /** Lower-case name → value: what of the client's headers a family reads (`anthropic-beta` …). */
  headers: Readonly<Record<string, string>>;
}

/** What an answer is made for. */
export interface TranslationContext {
  request: CanonicalRequest;
  path: PathFacts;
  requestId: string;
  /** Shown as the answer's model. */
  model: string;
  /** Seals opaque state of another family into text (`gw1.…`) that the client carries back. State of its own family needs none. */
  seal: (state: OpaqueState) => string;
}

export interface Encoded {
  body: JsonRecord;
  losses: readonly Loss[];
}

/** Encodes events as a client's stream. One per answer. */
export interface StreamEncoder {
  /** Bytes for the client, in order; empty where the event says nothing to this family. */
  push(event: StreamEvent): readonly Buffer[];
  /** The last bytes of a good answer, sent after the bill is safe. Nothing of it was returned by `push`. */
  terminal(): Buffer;
  losses: readonly Loss[];
}

/** The side of a family that faces upstreams. Nothing in it does I/O. */
export interface UpstreamCodec {
  family: Family;
  encodeRequest(request: CanonicalRequest, target: EncodeTarget): EncodedUpstreamRequest;
  decodeResponse(body: JsonRecord, dialect: Dialect): CanonicalResponse;
  createStreamDecoder(dialect: Dialect): StreamDecoder;
  /** An error answer of this family. */
  readError(
    status: number,
    headers: ResponseHeaders,
    body: Buffer,
    dialect: Dialect,
  ): UpstreamError;
  /**
   * Usage of a whole answer on the byte plane, from its small top-level members (objects and scalars below 64 KiB, no
   * lists). Where left out the answer is decoded for it.
   */
  readUsage?(members: JsonRecord, dialect: Dialect): Usage | undefined;
  /** The tap of the byte plane. */
  createTap(options: { dialect: Dialect; hideUsage: boolean }): StreamTap;
}

/** The upstream that a request is encoded for. */
export interface EncodeTarget {
  /** The upstream's name of the model. */
  model: string;
  dialect: Dialect;
  config: Readonly<Record<string, unknown>>;
  /** Most output tokens that the budget pays for. */
  outputClamp?: number;
  /** Scope of opaque state that this upstream accepts; state of another scope is left out. */
  scope: string;
  /** A system prompt of the channel: replaces the client's instructions. */
  systemPrompt?: string;
}

export interface EncodedUpstreamRequest {
  body: JsonRecord;
  /** Lower-case names; added to those of dialect and credentials. */
  headers: Readonly<Record<string, string>>;
  losses: readonly Loss[];
  /** What was done to the tools, to be undone in the answer: `withRestoration`. */
  restoration?: ToolRestoration;
  /** Stop texts that the upstream was not told: its answer is cut at them. */
  cutsAt?: readonly string[];
}

/** Decodes an upstream's stream to events. One per answer. Keeps to the grammar of `StreamEvent`. */
export interface StreamDecoder {
  push(frame: SseFrame): readonly StreamEvent[];
  /** The transport ended: closes what is open, or reports that the stream was cut. */
  end(): readonly StreamEvent[];
}

/**
 * Carries one operation that is no conversation (embeddings …) from the client's form to an upstream's and back. Whole
 * JSON on both sides; nothing in it does I/O.
 */
export interface OperationBridge {
  /** What the client asks for. */
  from: Operation;
  /** What the upstream is asked for; may be the same operation where only a vendor's wire differs. */
  to: Operation;
  /** Where only some vendors' wire is meant: the provider's `id`. */
  providerId?: string;
  /** @throws `invalid_request` with `param` */
  encodeRequest(body: JsonRecord, target: EncodeTarget, path: PathFacts): EncodedUpstreamRequest;
  decodeResponse(
    answer: JsonRecord,
    context: { body: JsonRecord; model: string; dialect: Dialect; requestId: string },
  ): { body: JsonRecord; usage: Usage | undefined };
}
