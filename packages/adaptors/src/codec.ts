import type { CredentialCall, RequestToSign } from './credentials.ts';
import type {
  Family,
  JsonRecord,
  Operation,
  ReasoningSettings,
  UpstreamError,
  Usage,
} from '@turnpike/core';
import type { CallIdRule } from './translate/call-ids.ts';
import type { LossList } from './translate/loss-list.ts';
import type { SseFrame } from './wire/sse-frame.ts';

export type { UpstreamError } from '@turnpike/core';

/** An upstream account, as far as translating for it needs to know. */
export interface UpstreamTarget {
  /** Channel's base URL, or the provider's default; no trailing slash. */
  baseUrl: string;
  operation: Operation;
  /** The client's path as it arrived, normalised to its `/v1/…` form. */
  path: string;
  /** The client's query with its `?`, or empty. */
  search: string;
  /** Upstream's name of the model (after mapping). */
  model: string;
  isStream: boolean;
  /** Channel's `config`, legacy `other` already filled in. */
  config: Readonly<Record<string, unknown>>;
  /** The channel's key, for providers whose keys name the account that the address needs. */
  key?: string;
}

/** How an upstream reports usage in streams. */
export type StreamUsage =
  /** Only when `stream_options.include_usage` asks for it. */
  | 'on-request'
  /** Always, and it refuses or ignores `stream_options`. */
  | 'always'
  | 'never';

/** A top-level member that an upstream needs. `json` is the text of a JSON value. */
export interface DefaultMember {
  key: string;
  json: string;
  /** Only where this member is present too. */
  when?: string;
}

/**
 * How streams are cut into frames: server-sent events; one JSON value a line; one JSON array whose items come one by
 * one; AWS event streams, whose payloads are JSON (`bytes` members already opened).
 */
export type Framing = 'sse' | 'json-lines' | 'json-array' | 'aws-event-stream';

/** How a vendor of the chat family differs inside messages, and in switches that have no common name. */
export interface ChatTraits {
  /** The role `developer` is known. */
  takesDeveloper?: boolean;
  /** Content must be text: lists of parts are joined, media is refused. */
  isTextOnly?: boolean;
  /** Pictures must come in the body, not as addresses. */
  needsInlineMedia?: boolean;
  /** Cache marks in Anthropic's form are known on parts. */
  takesCacheMarks?: boolean;
  /** How thoughts are asked for; `none` where they cannot be, or must not be mentioned. */
  reasoningSwitch?:
    | 'none'
    /** `reasoning_effort`. */
    | 'effort'
    /** `thinking: { type: "enabled" | "disabled" }`. */
    | 'thinking'
    /** `enable_thinking`, `thinking_budget`. */
    | 'enable-thinking'
    /** OpenRouter's `reasoning: { effort, max_tokens }`. */
    | 'reasoning';
  /** Temperature and its like are refused. */
  refusesSampling?: boolean;
  /** Efforts that are known, lowest first, where not all are; others move to the nearest one. */
  efforts?: readonly NonNullable<ReasoningSettings['effort']>[];
  /** How thoughts of earlier turns go back to it. */
  reasoningEcho?:
    | 'never'
    /** As `reasoning_content` of the turns behind the last words of the user. */
    | 'in-tool-loop'
    /** As `reasoning_content` of every turn that calls tools, present if empty. */
    | 'with-calls'
    /** As the `reasoning_details` that it gave. */
    | 'details';
  /** Thoughts stand in the text, between `<think>` tags. */
  thinkTags?: boolean;
  /** Ids of tool calls that are accepted. */
  callIds?: CallIdRule;
  /** Most stop sequences. */
  maxStops?: number;
  /** `top_k` is known. */
  takesTopK?: boolean;
  /** `response_format` knows `json_schema`. */
  lacksJsonSchema?: boolean;
  /** A call of a tool cannot be forced. */
  lacksForcedTools?: boolean;
  /** How a turn of the assistant at the end is continued: by a member of the message, or just so. */
  prefill?: 'prefix' | 'partial' | 'plain';
}

/** How a host of the Messages API differs from Anthropic's own. */
export interface MessagesTraits {
  /** Betas go into the body, as `anthropic_beta`, not into a header. */
  hasBetasInBody?: boolean;
  /** Betas that are known, by their beginning; every one where left out. */
  betas?: readonly string[];
  /** Pictures and documents must come in the body, not as addresses. */
  needsInlineMedia?: boolean;
  /** `disable_parallel_tool_use` is refused. */
  lacksParallelSwitch?: boolean;
  /** Models without `output_config.format` and strict tools, besides those that have them nowhere. */
  lacksStructuredOutput?: (model: string) => boolean;
}

/** A wire of a vendor's own that is near enough to a family for one to be made of the other. */
export interface OwnWire {
  /** Whether a model is called in it; others are called as the family is. */
  isUsedFor(model: string): boolean;
  /** Types of documents that it takes besides those of the family. */
  documentTypes?: ReadonlySet<string>;
  /** The vendor's body of a family's request. What it has no form for is added to the losses. */
  encodeRequest(body: JsonRecord, losses: LossList): JsonRecord;
  /** The family's answer of the vendor's; one that is the family's already, as it is. */
  decodeResponse(body: JsonRecord): JsonRecord;
  /** The family's frames of the vendor's. One per answer. */
  createFrameDecoder(): FrameDecoder;
}

export interface FrameDecoder {
  push(frame: SseFrame): readonly SseFrame[];
  /** What is owed when the transport ended. */
  end(): readonly SseFrame[];
}

/** Variations of one provider within its family, as data. */
export interface Dialect {
  streamUsage: StreamUsage;
  /** Top-level members to rename (old → new) before sending; the new name wins where both are present. */
  renameMembers?: Readonly<Record<string, string>>;
  /** Top-level members that this upstream refuses. */
  deleteMembers?: readonly string[];
  /** Numbers outside these bounds are moved to the nearest one that the upstream accepts. */
  clampMembers?: Readonly<Record<string, { min?: number; max?: number }>>;
  /** Added where the client did not set them. */
  defaultMembers?: readonly DefaultMember[];
  /** Of these pairs the upstream accepts one; the second wins. */
  exclusiveMembers?: readonly (readonly [string, string])[];
  /** Reads usage where it is not in the usual place or counts differently. Gets the usage object's parent. */
  readUsage?: (body: Readonly<Record<string, unknown>>) => Usage | undefined;
  /** Frames with empty `choices` and no usage are not forwarded (Azure's first frame). */
  dropEmptyChoices?: boolean;
  /** Streams of chat are in the form that OpenAI gave them, so that no frame is looked at for repair. */
  isFaithful?: boolean;
  /** How a stream of this upstream is cut into frames; server-sent events where left out. */
  framing?: Framing;
  /** This upstream answers only in streams, or never in one. As the client asks, where left out. */
  streaming?: 'only' | 'never';
  /** Members below the top level that it refuses, such as `tools[].function.strict`; `[]` is every item of a list. */
  deletePaths?: readonly string[];
  /** Chat family: what differs inside the conversation, for a model of this upstream. */
  chat?: (model: string) => ChatTraits;
  /** What is spoken instead of the family's own wire; requests are always translated then. */
  wire?: OwnWire;
  /** Anthropic family: what differs from Anthropic's own service. */
  messages?: MessagesTraits;
  /** Extra request headers. */
  headers?: Readonly<Record<string, string>>;
  /** Real status of errors that come with another one (200, as a rule), by the upstream's own code. */
  statusOfCode?: Readonly<Record<string, number>>;
  /** Codes and types by which this upstream says that the account cannot be used any more. */
  disablingCodes?: readonly string[];
  /** Codes and types that sound like that here, but pass by themselves. */
  passingCodes?: readonly string[];
  /** Variations of hosts of Gemini. */
  gemini?: GeminiVariation;
}

/** How a host of Gemini models differs from Google's own API. */
export interface GeminiVariation {
  /** Calls and results may carry ids. */
  hasCallIds?: boolean;
  /** Takes public addresses of files, for old models too. */
  takesUrls?: boolean;
  /** The header that names the tier; a member of the body where left out. */
  tierHeader?: string;
  /** Of the safety settings that are added; `BLOCK_NONE` where left out. */
  safetyThreshold?: string;
}

/** What a dialect may depend on besides the provider. */
export interface DialectContext {
  operation: Operation;
  config: Readonly<Record<string, unknown>>;
}

/** A kind of upstream: data around a family. To add one is to add a file and a line in `providers/index.ts`. */
export interface Provider {
  id: string;
  /** Stored in the database: never reuse a number. Ours are above 10 000. */
  channelType: number;
  displayName: string;
  /** Empty: the channel must have a base URL. */
  defaultBaseUrl: string;
  ownedBy: string;
  /** Offered when the type is picked; One API's list. */
  defaultModels: readonly string[];
  dialect: Dialect;
  /** Where the dialect depends on more. Use `dialectOf` to get the right one. */
  dialectFor?: (context: DialectContext) => Dialect;
  /** Undefined where this provider does not offer the operation. */
  url(target: UpstreamTarget): string | undefined;
  authorize(key: string, config: Readonly<Record<string, unknown>>): Record<string, string>;
  /**
   * Families to translate to, best first, for clients of a family that is not offered here. In `translationOrder`'s
   * order where left out.
   */
  conversationOrder?(baseUrl: string): readonly Family[];
  /**
   * Where opaque state of this upstream is valid, such as one account or a line of models; state goes back only to the
   * same scope. The family and, for OpenAI's families, the account, where left out.
   */
  stateScope?(family: Family, model: string): string;
  /** For upstreams that want a short-lived credential: the call that gets one. What it gives is then `authorize`'s key. */
  credentialCall?(
    key: string,
    config: Readonly<Record<string, unknown>>,
    now: number,
  ): CredentialCall | undefined;
  /** For upstreams that want each request signed: the headers to add. Called last, with the body as it will be sent. */
  sign?(
    request: RequestToSign,
    key: string,
    config: Readonly<Record<string, unknown>>,
    now: number,
  ): Record<string, string>;
}

/** What is known of a stream so far. */
export interface StreamFacts {
  /** Something that commits us to this upstream was forwarded: text, a tool call, a finish. An error is not. */
  isMeaningful: boolean;
  /** A finish reason was seen. */
  hasFinish: boolean;
  /** Last finish reason, as the upstream wrote it. */
  finishReason?: string | undefined;
  /** The terminal marker was seen; what follows it is dropped. */
  isTerminated: boolean;
  /** Last usage the upstream reported. */
  usage: Usage | undefined;
  /** An error frame. It and what follows it are never forwarded: the caller sends its own, redacted. */
  error: UpstreamError | undefined;
  /** Pictures that were delivered (image streams). */
  images?: number;
  /** Bytes of generated text so far, never too few: cheaper to ask for than the text. */
  generatedBytes?: number;
  /** Bytes of generated text that `generatedText` has no room for. */
  forgottenTextBytes?: number;
}

/**
 * Watches a stream on the byte plane: what it returns is what the client gets, untouched but for what is withheld
 * (usage frame that the client did not ask for, frames before the first meaningful one, errors, the terminal marker).
 */
export interface StreamTap {
  readonly facts: StreamFacts;
  /** Feeds upstream bytes; returns what may go to the client now, in order. */
  push(chunk: Buffer): readonly Buffer[];
  /** The upstream ended. Returns what was still held, the terminal marker excluded. */
  end(): readonly Buffer[];
  /** Gives up holding back: returns what was held until now; later pushes forward at once. */
  flushHeld(): readonly Buffer[];
  /** The last bytes of a good answer, sent after the bill is safe. */
  terminal(): Buffer;
  /** All bytes that end the answer because the budget did, where the answer so far decides them. */
  budgetCut?(): Buffer | undefined;
  /** The generated text so far, reasoning and tool arguments included, for a local count. */
  generatedText(): string;
}

/** The dialect for one attempt. */
export function dialectOf(provider: Provider, context: DialectContext): Dialect {
  return provider.dialectFor?.(context) ?? provider.dialect;
}

/** In which a conversation is translated where the client's own family is not offered. Chat first: every vendor has it. */
export const translationOrder: readonly Family[] = [
  'openai-chat',
  'anthropic',
  'gemini',
  'openai-responses',
];
