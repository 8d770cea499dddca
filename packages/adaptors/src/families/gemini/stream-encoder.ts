import type {
  CanonicalResponse,
  JsonRecord,
  OpaqueState,
  Origin,
  Part,
  StreamEvent,
  Usage,
} from '@turnpike/core';
import type { StreamEncoder, TranslationContext } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { PartBuilder } from '../../translate/part-builder.ts';
import { encodeAnswerPart, showsThoughts, toSignature } from './answer-part.ts';
import { CandidateFrames } from './candidate-frames.ts';
import { describe, toCarrier } from './encode-response.ts';
import { FrameWriter, isJsonArrayStream } from './frame-writer.ts';
import { encodeLogprobs } from './logprobs.ts';
import { encodeGeminiUsage } from './usage.ts';

type EventOf<T extends StreamEvent['type']> = Extract<StreamEvent, { type: T }>;

interface OpenPart {
  builder: PartBuilder;
  kind: string;
  states: OpaqueState[];
}

/** Encodes an answer as a stream of `GenerateContentResponse`: words as they come, calls and media whole. */
export function createGeminiStreamEncoder(context: TranslationContext): StreamEncoder {
  return new GeminiStreamEncoder(context);
}

class GeminiStreamEncoder implements StreamEncoder {
  readonly #context: TranslationContext;
  readonly #writer: FrameWriter;
  readonly #list = new LossList();
  readonly losses = this.#list.losses;
  readonly #open = new Map<string, OpenPart>();
  readonly #candidates = new Map<number, CandidateFrames>();
  #about: Pick<CanonicalResponse, 'id' | 'createdAt'> = { id: '', createdAt: 0 };
  #usage: Usage | undefined;
  #usageOrigin: Origin | undefined;
  #promptFeedback: unknown;

  constructor(context: TranslationContext) {
    this.#context = context;
    this.#writer = new FrameWriter(isJsonArrayStream(context.path));
  }

  push(event: StreamEvent): readonly Buffer[] {
    switch (event.type) {
      case 'start':
        this.#about = { id: event.id, createdAt: event.createdAt };
        this.#usage = event.usage;
        this.#usageOrigin = event.usageOrigin;
        return [];
      case 'about':
        this.#promptFeedback = event.promptFeedback ?? this.#promptFeedback;
        return [];
      case 'part':
        this.#open.set(keyOf(event), {
          builder: new PartBuilder(event.header),
          kind: event.header.kind,
          states: [],
        });
        return [];
      case 'text':
        return this.#takeText(event);
      case 'arguments':
      case 'bytes':
        this.#open.get(keyOf(event))?.builder.addText(event.delta);
        return [];
      case 'state':
        return this.#takeState(event);
      case 'annotation':
        this.#open.get(keyOf(event))?.builder.addAnnotation(event.annotation);
        return [];
      case 'end':
        return this.#endPart(event);
      case 'usage':
        this.#usage = event.usage;
        this.#usageOrigin = event.usageOrigin;
        return [];
      case 'finish':
        this.#candidate(event.candidate).finish(event.finish, event.extras);
        return [];
      case 'raw':
      case 'ping':
      case 'error':
      case 'done':
        return [];
    }
  }

  /** The frame with reasons and figures. */
  terminal(): Buffer {
    const isBlocked =
      this.#promptFeedback !== undefined &&
      [...this.#candidates.values()].every((candidate) => candidate.isEmpty);
    const candidates = isBlocked
      ? []
      : [...this.#candidates.values()].map((candidate) => candidate.last());
    const body = {
      ...(candidates.length > 0 && { candidates }),
      ...(this.#promptFeedback !== undefined && { promptFeedback: this.#promptFeedback }),
      ...(this.#usage !== undefined && {
        usageMetadata: encodeGeminiUsage(this.#usage, this.#usageOrigin),
      }),
      ...describe(this.#about, this.#context),
    };
    return Buffer.concat([this.#writer.item(JSON.stringify(body)), this.#writer.close()]);
  }

  #takeText(event: EventOf<'text'>): Buffer[] {
    const open = this.#open.get(keyOf(event));
    if (open === undefined || event.delta === '') return [];
    open.builder.addWords(event.delta);
    if (open.kind === 'media') return [];
    const isThought = open.kind === 'reasoning';
    if (isThought && !showsThoughts(this.#context)) return [];
    const part = { text: event.delta, ...(isThought && { thought: true }) };
    return [this.#frame(event.candidate, [part], encodeLogprobs(event.logprobs))];
  }

  #takeState(event: EventOf<'state'>): Buffer[] {
    const open = this.#open.get(keyOf(event));
    if (open === undefined) return [];
    if (open.kind === 'reasoning') {
      this.#candidate(event.candidate).loose.push(toSignature(event.state, this.#context));
      return [];
    }
    open.states.push(event.state);
    return [];
  }

  #endPart(event: EventOf<'end'>): Buffer[] {
    const open = this.#open.get(keyOf(event));
    this.#open.delete(keyOf(event));
    if (open === undefined) return [];
    const streamed = open.builder.part();
    open.builder.close(event.final);
    const part = open.builder.part();
    const candidate = this.#candidate(event.candidate);
    const own = open.states.map((state) => toSignature(state, this.#context));
    if (part.kind === 'reasoning') return [];
    candidate.note(part);
    if (part.kind === 'text' || part.kind === 'refusal') {
      const rest = unsaid(streamed, part.text);
      const parts = [...(rest === '' ? [] : [{ text: rest }]), ...own.map(toCarrier)];
      return parts.length === 0 ? [] : [this.#frame(event.candidate, parts)];
    }
    const at = `stream.candidates[${event.candidate}].parts[${event.part}]`;
    const made = encodeAnswerPart(part, at, { translation: this.#context, losses: this.#list });
    if (made === undefined) return [];
    const takesLoose = part.kind === 'tool-call' && own.length === 0;
    const [thoughtSignature, ...more] = takesLoose ? candidate.takeLoose() : own;
    return [
      this.#frame(event.candidate, [
        ...more.map(toCarrier),
        thoughtSignature === undefined ? made : { ...made, thoughtSignature },
      ]),
    ];
  }

  #candidate(index: number): CandidateFrames {
    let found = this.#candidates.get(index);
    if (found === undefined) {
      found = new CandidateFrames(index);
      this.#candidates.set(index, found);
    }
    return found;
  }

  /** @param logprobsResult of the words in this frame */
  #frame(candidate: number, parts: readonly JsonRecord[], logprobsResult?: JsonRecord): Buffer {
    const frames = this.#candidate(candidate);
    const said = frames.content(parts);
    const body = {
      candidates: [logprobsResult === undefined ? said : { ...said, logprobsResult }],
      ...describe(this.#about, this.#context),
    };
    return this.#writer.item(JSON.stringify(body));
  }
}

/** What a decoder knew of a text beyond its deltas. */
function unsaid(streamed: Part, text: string): string {
  const said = 'text' in streamed ? (streamed.text ?? '') : '';
  return text.startsWith(said) ? text.slice(said.length) : '';
}

function keyOf({ candidate, part }: { candidate: number; part: number }): string {
  return `${candidate}/${part}`;
}
