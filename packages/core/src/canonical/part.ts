import type { Extras, Family, Json, JsonRecord, Origin } from './family.ts';

/** What a model hands out and wants back unchanged on the next turn. */
export interface OpaqueState {
  family: Family;
  kind:
    | 'signature'
    | 'encrypted'
    | 'thought-signature'
    | 'redacted'
    | 'item-id'
    | 'compaction'
    /** Plain reasoning text that the upstream wants echoed within a tool loop. */
    | 'reasoning-text';
  value: string;
  /** Where it is valid: a family, a family and model line, or one account; computed from the channel. */
  scope?: string;
  model?: string;
}

/** A source that a stretch of text goes back to. Offsets are UTF-16 code units of the part's text. */
export interface Annotation {
  kind: 'url' | 'file' | 'other';
  url?: string;
  title?: string;
  fileId?: string;
  /** What the source says there, in its own words. */
  citedText?: string;
  start?: number;
  end?: number;
  origin?: Origin;
}

/** A tool that the upstream runs itself: typed, but opaque outside its family. */
export interface HostedReference {
  kind:
    | 'web-search'
    | 'url-fetch'
    | 'code-execution'
    | 'file-search'
    | 'image-generation'
    | 'mcp'
    | 'computer'
    | 'other';
  family: Family;
  raw: JsonRecord;
}

/** What a tool that the upstream runs was told to do, in terms that several protocols share. */
export type HostedStep =
  | { kind: 'search'; queries: readonly string[] }
  | { kind: 'fetch'; url: string }
  /**
   * `language` in small letters, such as `python` or `bash`. `isShown`: its vendor's clients show it within the answer,
   * so that it is text where there is no better place.
   */
  | { kind: 'code'; code: string; language?: string; isShown?: boolean }
  /** A tool of a server that the upstream asked; its arguments are those of the call. */
  | { kind: 'mcp'; server: string; tool: string };

/** What such a tool came back with. */
export type HostedOutcome =
  | { kind: 'pages'; pages: readonly FoundPage[] }
  /** The page of a `fetch`, or that it could not be had; what it says is not told. */
  | { kind: 'page'; url?: string }
  | { kind: 'output'; text: string; errorText?: string; exitCode?: number; isShown?: boolean }
  /** The content of the part says it. */
  | { kind: 'content' };

export interface FoundPage {
  url: string;
  title?: string;
}

interface PartCommon {
  /** An explicit cache mark behind this part. */
  cache?: { ttl?: string };
  extras?: Extras;
  origin?: Origin;
  id?: string;
  /** What must come back unchanged with this part. Gemini hangs it on text too. */
  state?: readonly OpaqueState[];
}

export type ToolKind = 'function' | 'custom' | 'hosted';

export interface TextPart extends PartCommon {
  kind: 'text';
  text: string;
  annotations?: readonly Annotation[];
}
export interface RefusalPart extends PartCommon {
  kind: 'refusal';
  text: string;
}
export interface ReasoningPart extends PartCommon {
  kind: 'reasoning';
  text?: string;
  summary?: readonly string[];
  isRedacted?: boolean;
}
export interface MediaPart extends PartCommon {
  kind: 'media';
  media: 'image' | 'audio' | 'video' | 'document' | 'file';
  mime?: string;
  /** One of these. */
  source: { base64?: string; url?: string; fileId?: string; text?: string };
  title?: string;
  context?: string;
  /** `low`, `high`, `auto` … as OpenAI names them. */
  detail?: string;
  filename?: string;
  hasCitations?: boolean;
  /** The words of speech. */
  transcript?: string;
}
export interface ToolCallPart extends PartCommon {
  kind: 'tool-call';
  callId: string;
  name: string;
  tool: ToolKind;
  /** Arguments as the text they came as; empty means `{}`. Never parsed and printed again on the way. */
  argumentsJson?: string;
  /** Input of a custom tool: free text. */
  input?: string;
  hosted?: HostedReference;
  /** Of a hosted tool, where other protocols have the like. */
  step?: HostedStep;
}
export interface ToolResultPart extends PartCommon {
  kind: 'tool-result';
  callId: string;
  name?: string;
  isError?: boolean;
  tool: ToolKind;
  content: readonly Part[];
  /** Of a hosted tool, where other protocols have the like. */
  outcome?: HostedOutcome;
}
/** What a codec does not understand: kept, and emitted to the same family only. */
export interface ProviderItemPart extends PartCommon {
  kind: 'provider-item';
  family: Family;
  itemType: string;
  raw: Json;
}

export type Part =
  | TextPart
  | RefusalPart
  | ReasoningPart
  | MediaPart
  | ToolCallPart
  | ToolResultPart
  | ProviderItemPart;
