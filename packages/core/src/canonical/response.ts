import type { Usage } from '../usage/usage.ts';
import type { Extras, Json, Origin } from './family.ts';
import type { Loss } from './loss.ts';
import type { Part } from './part.ts';

/** A whole answer: the fold of the stream events of the same answer. */
export interface CanonicalResponse {
  id: string;
  /** As the upstream named it. */
  model: string;
  /** Unix seconds. */
  createdAt: number;
  candidates: readonly Candidate[];
  /** Undefined where the upstream reported none. */
  usage?: Usage;
  /** The same as the upstream wrote it, for clients of its family. */
  usageOrigin?: Origin;
  serviceTier?: string;
  fingerprint?: string;
  /** Gemini's reason for refusing the prompt. */
  promptFeedback?: Json;
  extras: Extras;
  origin?: Origin;
  losses: readonly Loss[];
}

export interface Candidate {
  index: number;
  parts: readonly Part[];
  finish: Finish;
  logprobs?: Json;
  extras?: Extras;
}

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'tool-calls'
  | 'length'
  | 'context-window'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'malformed-call'
  | 'error'
  | 'other';

export interface Finish {
  reason: FinishReason;
  /** As the upstream wrote it. */
  raw?: string;
  stopSequence?: string;
  details?: Json;
}
