import {
  families,
  type Candidate,
  type CanonicalResponse,
  type Extras,
  type Finish,
  type Loss,
  type Origin,
  type Part,
  type StreamEvent,
  type UpstreamError,
  type Usage,
} from '@turnpike/core';
import { mergeLogprobs } from './merge-logprobs.ts';
import { PartBuilder } from './part-builder.ts';

interface OpenCandidate {
  /** In the order in which they were opened. */
  builders: Map<number, PartBuilder>;
  finish: Finish | undefined;
  logprobs: unknown;
  extras: Extras | undefined;
}

/**
 * Folds a stream's events to the whole answer that they are. Reasoning parts that carry the same id are one part: a
 * decoder may open one for each paragraph of a summary. What an `end` says as `final` replaces what the deltas made.
 */
export class EventFolder {
  #start: Extract<StreamEvent, { type: 'start' }> | undefined;
  #about: Omit<Extract<StreamEvent, { type: 'about' }>, 'type' | 'extras'> = {};
  #extras: Extras = {};
  #usage: Usage | undefined;
  #usageOrigin: Origin | undefined;
  readonly #candidates = new Map<number, OpenCandidate>();
  /** Set when the stream said that it failed. */
  error: UpstreamError | undefined;
  isDone = false;

  push(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.#start = event;
        if (event.usage !== undefined) this.#takeUsage(event.usage, event.usageOrigin);
        this.#addExtras(event.extras);
        return;
      case 'about':
        this.#takeAbout(event);
        return;
      case 'part':
        this.#candidate(event.candidate).builders.set(event.part, new PartBuilder(event.header));
        return;
      case 'text':
        this.#takeText(event);
        return;
      case 'arguments':
      case 'bytes':
        this.#builder(event)?.addText(event.delta);
        return;
      case 'state':
        this.#builder(event)?.addState(event.state);
        return;
      case 'annotation':
        this.#builder(event)?.addAnnotation(event.annotation);
        return;
      case 'end':
        this.#builder(event)?.close(event.final);
        return;
      case 'usage':
        this.#takeUsage(event.usage, event.usageOrigin);
        return;
      case 'finish': {
        const candidate = this.#candidate(event.candidate);
        candidate.finish = event.finish;
        candidate.extras = event.extras;
        return;
      }
      case 'error':
        this.error = event.error;
        return;
      case 'done':
        this.isDone = true;
        return;
      case 'raw':
      case 'ping':
        return;
    }
  }

  /** The answer as far as it has come. */
  response(losses: readonly Loss[] = []): CanonicalResponse {
    return {
      id: this.#start?.id ?? '',
      model: this.#start?.model ?? '',
      createdAt: this.#start?.createdAt ?? 0,
      candidates: [...this.#candidates].sort(([a], [b]) => a - b).map(toCandidate),
      ...(this.#usage !== undefined && { usage: this.#usage }),
      ...(this.#usageOrigin !== undefined && { usageOrigin: this.#usageOrigin }),
      ...this.#about,
      extras: this.#extras,
      losses,
    };
  }

  #takeUsage(usage: Usage, origin: Origin | undefined): void {
    this.#usage = usage;
    this.#usageOrigin = origin;
  }

  #takeAbout(event: Extract<StreamEvent, { type: 'about' }>): void {
    const { type: _, extras, ...about } = event;
    this.#about = { ...this.#about, ...about };
    this.#addExtras(extras);
  }

  #takeText(event: Extract<StreamEvent, { type: 'text' }>): void {
    this.#builder(event)?.addWords(event.delta);
    if (event.logprobs === undefined) return;
    const candidate = this.#candidate(event.candidate);
    candidate.logprobs = mergeLogprobs(candidate.logprobs, event.logprobs);
  }

  #candidate(index: number): OpenCandidate {
    let found = this.#candidates.get(index);
    if (found === undefined) {
      found = { builders: new Map(), finish: undefined, logprobs: undefined, extras: undefined };
      this.#candidates.set(index, found);
    }
    return found;
  }

  #builder({ candidate, part }: { candidate: number; part: number }): PartBuilder | undefined {
    return this.#candidates.get(candidate)?.builders.get(part);
  }

  #addExtras(extras: Extras | undefined): void {
    if (extras === undefined) return;
    const merged = { ...this.#extras };
    for (const family of families) {
      const members = extras[family];
      if (members !== undefined) merged[family] = { ...merged[family], ...members };
    }
    this.#extras = merged;
  }
}

/** The whole answer that a stream of events makes. */
export function foldEvents(events: Iterable<StreamEvent>): CanonicalResponse {
  const folder = new EventFolder();
  for (const event of events) folder.push(event);
  return folder.response();
}

function toCandidate([index, open]: [number, OpenCandidate]): Candidate {
  return {
    index,
    parts: joinReasoning([...open.builders.values()].map((builder) => builder.part())),
    finish: open.finish ?? { reason: 'other' },
    ...(open.logprobs !== undefined && { logprobs: open.logprobs }),
    ...(open.extras !== undefined && { extras: open.extras }),
  };
}

/** Paragraphs of one reasoning item, which were streamed as parts of their own, belong together. */
function joinReasoning(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const before = joined.findIndex(
      ({ kind, id }) => kind === 'reasoning' && id !== undefined && id === part.id,
    );
    const first = joined[before];
    if (part.kind === 'reasoning' && first?.kind === 'reasoning') {
      const text = joinText(first.text, part.text);
      const summary = [...(first.summary ?? []), ...(part.summary ?? [])];
      const state = [...(first.state ?? []), ...(part.state ?? [])];
      joined[before] = {
        ...first,
        ...(text !== undefined && { text }),
        ...(summary.length > 0 && { summary }),
        ...(state.length > 0 && { state }),
      };
    } else joined.push(part);
  }
  return joined;
}

function joinText(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined ? other : one + (other ?? '');
}
