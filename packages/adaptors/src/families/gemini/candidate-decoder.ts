import type { Annotation, Finish, OpaqueState, PartHeader, StreamEvent } from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { makeCallId } from './call-id.ts';
import { FetchSteps } from './fetch-steps.ts';
import { readFinish } from './finish.ts';
import { readAnnotations } from './grounding.ts';
import { readLogprobs } from './logprobs.ts';
import { PartialArguments } from './partial-arguments.ts';
import { readWholePart, signatureOf, type WholePart } from './read-answer-part.ts';
import { SearchStep } from './search-step.ts';

interface OpenCall {
  part: number;
  args: PartialArguments;
}

/**
 * Turns the pieces of one candidate to events. Text goes on in the same part as long as it is of the same kind; calls
 * come whole, or in pieces where the client asked for that.
 */
export class CandidateDecoder {
  readonly #index: number;
  readonly #seed: string;
  #nextPart = 0;
  #openText: { part: number; isThought: boolean } | undefined;
  #openCall: OpenCall | undefined;
  /** All that was said in the open text part, for the offsets of its sources. */
  #text = '';
  #hasCalls = false;
  #lastHostedCall = '';
  #finish: Finish | undefined;
  #extras: Record<string, unknown> | undefined;
  readonly #search = new SearchStep();
  readonly #fetches = new FetchSteps();
  /** Addresses that some words of the answer are said to come from. */
  readonly #named = new Set<string | undefined>();

  /** @param seed what makes ids of calls unique: the id of the answer */
  constructor(index: number, seed: string) {
    this.#index = index;
    this.#seed = seed;
  }

  push(candidate: JsonObject): StreamEvent[] {
    const events: StreamEvent[] = [];
    const logprobs = readLogprobs(candidate['logprobsResult']);
    let isFirstText = true;
    for (const value of asArray(asObject(candidate['content'])?.['parts'])) {
      const part = asObject(value);
      if (part === undefined) continue;
      const made = this.#takePart(part);
      const said = made.find((event) => event.type === 'text');
      if (said?.type === 'text' && isFirstText && logprobs !== undefined) {
        said.logprobs = logprobs;
        isFirstText = false;
      }
      events.push(...made);
    }
    events.push(...this.#annotate(candidate));
    this.#search.take(candidate);
    this.#fetches.take(candidate);
    const reason = asText(candidate['finishReason']);
    if (reason !== undefined) this.#finish = readFinish(reason, this.#hasCalls);
    this.#keepMembers(candidate);
    return events;
  }

  get hasFinish(): boolean {
    return this.#finish !== undefined;
  }

  /** Closes what is open. */
  close(): StreamEvent[] {
    return [...this.#closeText(), ...this.#closeCall()];
  }

  /** Closes what is open, and tells of searches and opened pages: what belongs to them is known at the end only. */
  end(): StreamEvent[] {
    const makeId = (what: string): string =>
      makeCallId(this.#seed, this.#index, this.#nextPart, what);
    const search = this.#search.parts(() => makeId('search'));
    const fetches = this.#fetches.parts((at) => makeId(`fetch${at}`));
    const steps = search === undefined ? fetches : [search, ...fetches];
    const sources = this.#fetches.sources((url) => this.#named.has(url));
    return [
      ...this.#cite(sources),
      ...this.close(),
      ...steps.flatMap(([call, result]) => {
        const { callId, name, tool, argumentsJson: text = '' } = call;
        const header = { kind: 'tool-call', callId, name, tool } as const;
        return [
          ...this.#whole({ header, delta: { type: 'arguments', text }, final: call }, []),
          ...this.#whole({ header: { kind: 'tool-result', callId }, final: result }, []),
        ];
      }),
    ];
  }

  finish(): StreamEvent {
    const finish = this.#finish ?? { reason: 'other' };
    return {
      type: 'finish',
      candidate: this.#index,
      // Calls may have come behind the frame that said so.
      finish:
        finish.reason === 'stop' && this.#hasCalls ? { ...finish, reason: 'tool-calls' } : finish,
      ...(this.#extras !== undefined && { extras: { gemini: this.#extras } }),
    };
  }

  #takePart(part: JsonObject): StreamEvent[] {
    if (typeof part['text'] === 'string') return this.#takeText(part, part['text']);
    const call = asObject(part['functionCall']);
    if (call !== undefined) return this.#takeCall(part, call);
    const makeId = (): string => makeCallId(this.#seed, this.#index, this.#nextPart, 'code');
    const whole = readWholePart(part, makeId, this.#lastHostedCall);
    if (whole === undefined) return this.#takeText(part, '');
    if (whole.header.kind === 'tool-call') this.#lastHostedCall = whole.header.callId;
    return this.#whole(whole, signatureOf(part));
  }

  #takeText(part: JsonObject, text: string): StreamEvent[] {
    const state = signatureOf(part);
    const open = this.#openText;
    if (text === '') {
      // Nothing but a signature: it belongs to what was said before.
      if (state.length === 0) return [];
      return open === undefined
        ? this.#whole({ header: { kind: 'reasoning', form: 'text' } }, state)
        : state.map((value) => this.#stateEvent(open.part, value));
    }
    const isThought = part['thought'] === true;
    const events = this.#closeCall();
    if (open?.isThought !== isThought) {
      events.push(...this.#closeText());
      const header: PartHeader = isThought ? { kind: 'reasoning', form: 'text' } : { kind: 'text' };
      this.#openText = { part: this.#nextPart, isThought };
      events.push(this.#open(header));
    }
    const at = this.#openText?.part ?? 0;
    this.#text += text;
    events.push({ type: 'text', candidate: this.#index, part: at, delta: text });
    for (const value of state) events.push(this.#stateEvent(at, value));
    return events;
  }

  #takeCall(part: JsonObject, call: JsonObject): StreamEvent[] {
    const name = asText(call['name']);
    const isOpen = call['willContinue'] === true;
    if (name === undefined) return this.#continueCall(call, isOpen);
    const events = this.close();
    this.#hasCalls = true;
    const at = this.#nextPart;
    const callId = asText(call['id']) ?? makeCallId(this.#seed, this.#index, at, name);
    events.push(this.#open({ kind: 'tool-call', callId, name, tool: 'function' }));
    for (const state of signatureOf(part)) events.push(this.#stateEvent(at, state));
    this.#openCall = { part: at, args: new PartialArguments() };
    return [...events, ...this.#continueCall(call, isOpen)];
  }

  #continueCall(call: JsonObject, isOpen: boolean): StreamEvent[] {
    const open = this.#openCall;
    if (open === undefined) return [];
    const args = asObject(call['args']);
    if (args !== undefined) open.args.addWhole(args);
    open.args.add(call['partialArgs']);
    return isOpen ? [] : this.#closeCall();
  }

  #annotate(candidate: JsonObject): StreamEvent[] {
    const annotations = readAnnotations(candidate, this.#text);
    for (const { url } of annotations) this.#named.add(url);
    return this.#cite(annotations);
  }

  /** Sources of the text that is open. */
  #cite(annotations: readonly Annotation[]): StreamEvent[] {
    const open = this.#openText;
    if (open === undefined || open.isThought) return [];
    return annotations.map((annotation) => ({
      type: 'annotation',
      candidate: this.#index,
      part: open.part,
      annotation,
    }));
  }

  #keepMembers(candidate: JsonObject): void {
    for (const key of keptMembers) {
      if (candidate[key] !== undefined) (this.#extras ??= {})[key] = candidate[key];
    }
  }

  #whole({ header, delta, final }: WholePart, states: readonly OpaqueState[]): StreamEvent[] {
    const before = this.close();
    const part = this.#nextPart;
    const place = { candidate: this.#index, part };
    return [
      ...before,
      this.#open(header),
      ...states.map((state) => this.#stateEvent(part, state)),
      ...(delta === undefined ? [] : [{ type: delta.type, ...place, delta: delta.text }]),
      { type: 'end', ...place, ...(final !== undefined && { final }) },
    ];
  }

  #open(header: PartHeader): StreamEvent {
    return { type: 'part', candidate: this.#index, part: this.#nextPart++, header };
  }

  #stateEvent(part: number, state: OpaqueState): StreamEvent {
    return { type: 'state', candidate: this.#index, part, state };
  }

  #closeText(): StreamEvent[] {
    const open = this.#openText;
    this.#openText = undefined;
    this.#text = '';
    return open === undefined ? [] : [{ type: 'end', candidate: this.#index, part: open.part }];
  }

  #closeCall(): StreamEvent[] {
    const open = this.#openCall;
    if (open === undefined) return [];
    this.#openCall = undefined;
    const place = { candidate: this.#index, part: open.part };
    return [
      { type: 'arguments', ...place, delta: open.args.toJson() },
      { type: 'end', ...place },
    ];
  }
}

/** What a candidate says beside its answer; clients of the same family get it back. */
const keptMembers = [
  'safetyRatings',
  'finishMessage',
  'avgLogprobs',
  'urlContextMetadata',
  'groundingMetadata',
  'citationMetadata',
] as const;
