import type { Usage } from '../usage/usage.ts';
import type { Extras, Family, Json, Origin } from './family.ts';
import type { Annotation, HostedReference, OpaqueState, Part, ToolKind } from './part.ts';
import type { Finish } from './response.ts';
import type { UpstreamError } from './upstream-error.ts';

/**
 * One step of a streamed answer. Grammar:
 * `start ( part (text|arguments|bytes|state|annotation)* end | usage | about | raw | ping )* finish+ (usage | about)* done`,
 * and at any point `error done`. Exactly one `start`, one `finish` for each candidate that appeared, every opened part
 * closed, one `done`. `candidate` and `part` are indices from 0; a part's index is unique within its candidate.
 */
export type StreamEvent =
  | {
      type: 'start';
      id: string;
      model: string;
      createdAt: number;
      usage?: Usage;
      usageOrigin?: Origin;
      extras?: Extras;
    }
  | { type: 'part'; candidate: number; part: number; header: PartHeader }
  /** Of a part of speech: its words. */
  | { type: 'text'; candidate: number; part: number; delta: string; logprobs?: Json }
  /** A fragment of tool arguments, or of a custom tool's input. */
  | { type: 'arguments'; candidate: number; part: number; delta: string }
  /** A fragment of base64. */
  | { type: 'bytes'; candidate: number; part: number; delta: string; extras?: Extras }
  | { type: 'state'; candidate: number; part: number; state: OpaqueState }
  | { type: 'annotation'; candidate: number; part: number; annotation: Annotation }
  /** Closes a part. `final` where the decoder knows more of it than its deltas said. */
  | { type: 'end'; candidate: number; part: number; final?: Part }
  /** A snapshot, cumulative; the last one wins. `usageOrigin`: as the upstream wrote it. */
  | { type: 'usage'; usage: Usage; usageOrigin?: Origin }
  /** What is said of the answer as a whole, whenever it is known; later members win. */
  | {
      type: 'about';
      serviceTier?: string;
      fingerprint?: string;
      promptFeedback?: Json;
      extras?: Extras;
    }
  | { type: 'finish'; candidate: number; finish: Finish; extras?: Extras }
  /** What the decoder does not model. */
  | { type: 'raw'; family: Family; event?: string; data: string }
  | { type: 'ping' }
  | { type: 'error'; error: UpstreamError }
  | { type: 'done' };

export type PartHeader =
  | { kind: 'text'; id?: string }
  | { kind: 'refusal'; id?: string }
  | { kind: 'reasoning'; form: 'text' | 'summary'; id?: string }
  | {
      kind: 'tool-call';
      callId: string;
      name: string;
      tool: ToolKind;
      hosted?: HostedReference;
      id?: string;
    }
  | { kind: 'tool-result'; callId: string; raw?: Json }
  | { kind: 'media'; media: 'image' | 'audio' | 'video' | 'document' | 'file'; mime?: string }
  | { kind: 'provider-item'; family: Family; itemType: string; raw: Json };
