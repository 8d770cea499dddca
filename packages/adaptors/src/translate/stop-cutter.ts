import type { CanonicalResponse, Finish, Part, StreamEvent } from '@turnpike/core';
import { foldEvents } from './event-folder.ts';
import { mergeLogprobs } from './merge-logprobs.ts';
import { replayResponse } from './replay-response.ts';

type PartEvent = Extract<StreamEvent, { candidate: number; part: number }>;
type TextEvent = Extract<StreamEvent, { type: 'text' }>;
type EndEvent = Extract<StreamEvent, { type: 'end' }>;

/** A text that is open. */
interface OpenText {
  /** Its end so far, which may be the beginning of a stop text. */
  held: string;
  heldLogprobs: unknown;
  /** What was passed on, in UTF-16 units. */
  length: number;
}

/** Where a candidate was cut. */
interface Cut {
  stop: string;
  part: number;
}

/**
 * Ends the words of an answer before the stop text that is complete first in them, for upstreams that know no stop texts. What comes
 * behind is swallowed, but for the figures: the upstream was paid for all of it. Thoughts and arguments are never cut.
 * One per answer.
 */
export class StopCutter {
  readonly #stops: readonly string[];
  readonly #texts = new Map<string, OpenText>();
  readonly #cuts = new Map<number, Cut>();
  readonly #open = new Set<number>();

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  push(event: StreamEvent): readonly StreamEvent[] {
    switch (event.type) {
      case 'part':
      case 'text':
      case 'arguments':
      case 'bytes':
      case 'state':
      case 'annotation':
      case 'end':
        this.#open.add(event.candidate);
        return this.#takePart(event);
      case 'finish':
        this.#open.delete(event.candidate);
        return [{ ...event, finish: this.#finishOf(event.candidate, event.finish) }];
      case 'error':
        return this.#isComplete() ? this.#finishOpen() : [event];
      default:
        return [event];
    }
  }

  #takePart(event: PartEvent): readonly StreamEvent[] {
    const cut = this.#cuts.get(event.candidate);
    if (cut !== undefined) return this.#takeBehind(event, cut);
    if (event.type === 'part' && event.header.kind === 'text')
      this.#texts.set(keyOf(event), { held: '', heldLogprobs: undefined, length: 0 });
    const text = this.#texts.get(keyOf(event));
    if (text === undefined) return [event];
    if (event.type === 'text') return this.#takeText(event, text);
    return event.type === 'end' ? this.#takeEnd(event, text) : [event];
  }

  #takeText(event: TextEvent, text: OpenText): readonly StreamEvent[] {
    const said = text.held + event.delta;
    const found = this.#find(said);
    if (found !== undefined) {
      this.#cuts.set(event.candidate, { stop: found.stop, part: event.part });
      return this.#say(event, text, said.slice(0, found.at), undefined);
    }
    const logprobs = mergeLogprobs(text.heldLogprobs, event.logprobs);
    const keep = this.#heldLength(said);
    text.held = said.slice(said.length - keep);
    const passed = said.slice(0, said.length - keep);
    // What is known of words that are held goes with the next ones.
    text.heldLogprobs = passed === '' ? logprobs : undefined;
    return this.#say(event, text, passed, logprobs);
  }

  /** The end was no stop text after all. What a decoder says at last may have one, where it said nothing before. */
  #takeEnd(event: EndEvent, text: OpenText): readonly StreamEvent[] {
    const rest = this.#say(event, text, text.held, text.heldLogprobs);
    this.#texts.delete(keyOf(event));
    const found = event.final?.kind === 'text' ? this.#find(event.final.text) : undefined;
    if (found === undefined) return [...rest, event];
    this.#cuts.set(event.candidate, { stop: found.stop, part: event.part });
    return [...rest, { ...event, final: cutPart(event.final as Part, found.at) }];
  }

  /** Of the part that was cut, sources of what is left of it still count; then it ends. */
  #takeBehind(event: PartEvent, { part, stop }: Cut): readonly StreamEvent[] {
    const text = this.#texts.get(keyOf(event));
    if (event.part !== part || text === undefined) return [];
    if (event.type === 'annotation') {
      const { start = 0, end = start } = event.annotation;
      return end <= text.length ? [event] : [];
    }
    if (event.type !== 'end') return [];
    this.#texts.delete(keyOf(event));
    const { final, ...rest } = event;
    if (final?.kind !== 'text') return [rest];
    const at = final.text.indexOf(stop);
    return [at === -1 ? rest : { ...rest, final: cutPart(final, at) }];
  }

  #say(
    { candidate, part }: PartEvent,
    text: OpenText,
    delta: string,
    logprobs: unknown,
  ): StreamEvent[] {
    if (delta === '') return [];
    text.length += delta.length;
    return [{ type: 'text', candidate, part, delta, ...(logprobs !== undefined && { logprobs }) }];
  }

  /** The stop text that is complete first, as a model that writes word by word meets it. */
  #find(text: string): { at: number; stop: string } | undefined {
    let first: { at: number; stop: string } | undefined;
    let firstEnd = Infinity;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      const end = at + stop.length;
      const isEarlier = end < firstEnd || (end === firstEnd && at < (first?.at ?? 0));
      if (at === -1 || !isEarlier) continue;
      first = { at, stop };
      firstEnd = end;
    }
    return first;
  }

  /** How much of the end of a text may be the beginning of a stop text. */
  #heldLength(text: string): number {
    return Math.max(
      0,
      ...this.#stops.map((stop) => {
        for (let length = Math.min(stop.length - 1, text.length); length > 0; length -= 1)
          if (text.endsWith(stop.slice(0, length))) return length;
        return 0;
      }),
    );
  }

  #finishOf(candidate: number, finish: Finish): Finish {
    const cut = this.#cuts.get(candidate);
    return cut === undefined ? finish : { reason: 'stop-sequence', stopSequence: cut.stop };
  }

  /** Every candidate has said all that the client wants to hear, so that a failure is none of its. */
  #isComplete(): boolean {
    return this.#cuts.size > 0 && [...this.#open].every((candidate) => this.#cuts.has(candidate));
  }

  #finishOpen(): readonly StreamEvent[] {
    const ends = [...this.#texts.keys()].map((key): StreamEvent => {
      const [candidate = 0, part = 0] = key.split('.').map(Number);
      return { type: 'end', candidate, part };
    });
    const finishes = [...this.#open].map((candidate): StreamEvent => {
      const finish = this.#finishOf(candidate, { reason: 'stop' });
      return { type: 'finish', candidate, finish };
    });
    return [...ends, ...finishes];
  }
}

/** A whole answer, cut as its stream would be. */
export function cutResponse(
  response: CanonicalResponse,
  stops: readonly string[],
): CanonicalResponse {
  const cutter = new StopCutter(stops);
  const events = replayResponse(response).flatMap((event) => [...cutter.push(event)]);
  return { ...foldEvents(events), losses: response.losses };
}

/** What it was made from says more than is left of it. */
function cutPart(part: Part, at: number): Part {
  if (part.kind !== 'text') return part;
  const { origin: _, annotations, ...rest } = part;
  const left = annotations?.filter(({ start = 0, end = start }) => end <= at);
  return {
    ...rest,
    text: part.text.slice(0, at),
    ...(left !== undefined && left.length > 0 && { annotations: left }),
  };
}

function keyOf({ candidate, part }: { candidate: number; part: number }): string {
  return `${candidate}.${part}`;
}
