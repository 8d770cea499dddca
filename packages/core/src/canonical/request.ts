import type { Extras, Json, JsonRecord, Origin } from './family.ts';
import type { HostedReference, Part } from './part.ts';

/** Ordered turns of ordered parts: what every protocol's request is decoded to. */
export interface CanonicalRequest {
  /** As the client wrote it. */
  model: string;
  /** Leading system and developer text, in order. */
  instructions: readonly InstructionPart[];
  turns: readonly Turn[];
  tools: readonly Tool[];
  toolChoice?: ToolChoice;
  output: OutputSettings;
  reasoning?: ReasoningSettings;
  /** Chat's own option object; hosted tools are in `tools`. */
  webSearch?: Json;
  isStream: boolean;
  wantsStreamUsage: boolean;
  identity: {
    endUser?: string;
    sessionKey?: string;
    cacheKey?: string;
    metadata?: Readonly<Record<string, string>>;
  };
  serviceTier?: string;
  state?: {
    store?: boolean;
    previousId?: string;
    conversation?: Json;
    isBackground?: boolean;
    include?: readonly string[];
  };
  /** Gemini's safety settings, OpenAI's moderation. */
  safety?: Json;
  /** Top-level members that only the client's family knows, unknown ones included. */
  extras: Extras;
}

export type InstructionPart = Part & { role: 'system' | 'developer' };

export interface Turn {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  name?: string;
  parts: readonly Part[];
  phase?: 'commentary' | 'final_answer';
  extras?: Extras;
  origin?: Origin;
}

export type Tool =
  | {
      kind: 'function';
      name: string;
      description?: string;
      /** JSON Schema; by reference, never rebuilt. */
      parameters?: Json;
      isStrict?: boolean;
      cache?: { ttl?: string };
      extras?: Extras;
      origin?: Origin;
    }
  | {
      kind: 'custom';
      name: string;
      description?: string;
      format?: Json;
      extras?: Extras;
      origin?: Origin;
    }
  | { kind: 'hosted'; name?: string; hosted: HostedReference; extras?: Extras; origin?: Origin };

export interface ToolChoice {
  mode: 'auto' | 'none' | 'required' | 'named' | 'allowed';
  names?: readonly string[];
  /** With `allowed`: whether one of them must be called. */
  isRequired?: boolean;
  hosted?: string;
  parallel?: boolean;
}

export interface OutputSettings {
  maxTokens?: number;
  stop?: readonly string[];
  choices?: number;
  seed?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  logitBias?: Readonly<Record<string, number>>;
  logprobs?: { enabled: boolean; top?: number };
  format?: OutputFormat;
  verbosity?: 'low' | 'medium' | 'high';
  modalities?: readonly ('text' | 'audio' | 'image')[];
  audio?: { voice: Json; format: string };
  image?: Json;
  prediction?: readonly Part[];
}

export type OutputFormat =
  | { type: 'text' }
  | { type: 'json' }
  | {
      type: 'json-schema';
      name?: string;
      description?: string;
      schema: JsonRecord;
      isStrict?: boolean;
    };

export interface ReasoningSettings {
  effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';
  /** Exact budget, where the client gave one. */
  budgetTokens?: number;
  /** The model decides. */
  isAdaptive?: boolean;
  summary?: 'none' | 'auto' | 'concise' | 'detailed';
  /** The client wants to read the thoughts. */
  includesText?: boolean;
}
