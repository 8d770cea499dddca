import type { Annotation, Finish, Part, PartHeader, StreamEvent } from '@turnpike/core';
import { correctFinish } from '../../translate/correct-finish.ts';
import { replayPart } from '../../translate/replay-response.ts';
import { saidBy } from '../../translate/said-by.ts';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { readAnnotations, readImages, readThoughts, readWords } from './decode-answer-parts.ts';
import { ExecutedTools } from './executed-tools.ts';
import { readFinish } from './finish-reasons.ts';
import { SourcePlacer, type SearchSource } from './search-sources.ts';
import { SpokenAudio } from './spoken-audio.ts';
import { ThinkTagSplitter } from './think-tags.ts';
import { ToolCallDecoder } from './tool-call-decoder.ts';

type TextKind = 'text' | 'refusal' | 'reasoning';

/**
 * One choice of a chat stream. Chat does not say where its parts end: words, thoughts and refusals end where something
 * of another kind begins, calls of tools when the next one begins and their arguments are complete, all of them at the
 * finish.
 */
export class CandidateDecoder {
  readonly #candidate: number;
  readonly #tags: ThinkTagSplitter | undefined;
  readonly #calls: ToolCallDecoder[] = [];
  readonly #callOf = new Map<string, ToolCallDecoder>();
  #lastCall: ToolCallDecoder | undefined;
  #open: { kind: TextKind; part: number } | undefined;
  #parts = 0;
  #hasRefusal = false;
  #hasPlainThoughts = false;
  #hasAnnotations = false;
  /** Of the text that is open. */
  #text = '';
  readonly #placer = new SourcePlacer();
  #executed: ExecutedTools | undefined;
  #audio: SpokenAudio | undefined;
  #audioPart: number | undefined;
  #sources: readonly SearchSource[] = [];
  finish: Finish | undefined;
  #events: StreamEvent[] = [];

  constructor(candidate: number, hasTags: boolean) {
    this.#candidate = candidate;
    this.#tags = hasTags ? new ThinkTagSplitter() : undefined;
  }

  get hasSaid(): boolean {
    return this.#parts > 0;
  }

  /** @param sources what the upstream has looked up so far */
  push(choice: JsonObject, sources: readonly SearchSource[]): readonly StreamEvent[] {
    this.#events = [];
    this.#sources = sources;
    if (this.finish !== undefined) return this.#events;
    const delta = asObject(choice['delta']) ?? asObject(choice['message']) ?? {};
    this.#takeDelta(delta, choice['logprobs']);
    const finish = readFinish(choice['finish_reason']);
    if (finish !== undefined) this.#close(finish);
    return this.#events;
  }

  /** Closes what is open, for upstreams that leave the finish out. */
  end(finish: Finish): readonly StreamEvent[] {
    this.#events = [];
    if (this.finish === undefined) this.#close(finish);
    return this.#events;
  }

  #takeDelta(delta: JsonObject, logprobs: unknown): void {
    const thoughts = readThoughts(delta);
    const words = readWords(delta['content']);
    this.#hasPlainThoughts ||= thoughts.isPlain;
    // Details that come when the thought is over say its text once more.
    const isNews = thoughts.isPlain || !this.#hasPlainThoughts;
    this.#say('reasoning', (isNews ? thoughts.text : '') + words.thoughts);
    for (const state of thoughts.state) {
      const part = this.#openPart('reasoning');
      this.#events.push({ type: 'state', candidate: this.#candidate, part, state });
    }
    if (delta['executed_tools'] !== undefined) {
      this.#executed ??= new ExecutedTools();
      this.#tellWhole(this.#executed.take(delta['executed_tools']));
    }
    this.#takeWords(words.text, asObject(logprobs));
    for (const annotation of readAnnotations(delta['annotations'])) {
      this.#annotate(this.#openPart('text'), annotation);
      this.#hasAnnotations = true;
    }
    if (typeof delta['refusal'] === 'string') this.#say('refusal', delta['refusal']);
    const audio = asObject(delta['audio']);
    if (audio !== undefined) this.#hear(audio);
    this.#tellWhole(readImages(delta['images']));
    this.#takeCalls(delta);
  }

  /** Words of speech go on as they come, the sound when it is whole. */
  #hear(audio: JsonObject): void {
    const delta = (this.#audio ??= new SpokenAudio()).push(audio);
    if (delta === '') return;
    this.#audioPart ??= this.#begin({ kind: 'media', media: 'audio' });
    this.#events.push({ type: 'text', candidate: this.#candidate, part: this.#audioPart, delta });
  }

  #tellSpeech(): void {
    const final = this.#audio?.part();
    if (final === undefined) return;
    const part = this.#audioPart;
    if (part === undefined) {
      this.#tellWhole([final]);
      return;
    }
    const place = { candidate: this.#candidate, part };
    const delta = saidBy(final);
    if (delta !== '') this.#events.push({ type: 'bytes', ...place, delta });
    this.#events.push({ type: 'end', ...place, final });
  }

  #takeWords(text: string, logprobs: JsonObject | undefined): void {
    if (this.#tags === undefined) {
      this.#say('text', text, logprobs);
      return;
    }
    for (const piece of this.#tags.push(text)) {
      this.#say(piece.isThought ? 'reasoning' : 'text', piece.text, logprobs);
    }
  }

  #say(kind: TextKind, delta: string, logprobs?: JsonObject): void {
    if (delta === '') return;
    const part = this.#openPart(kind);
    if (kind === 'text') this.#text += delta;
    this.#events.push({
      type: 'text',
      candidate: this.#candidate,
      part,
      delta,
      ...(logprobs !== undefined && { logprobs }),
    });
  }

  #annotate(part: number, annotation: Annotation): void {
    this.#events.push({ type: 'annotation', candidate: this.#candidate, part, annotation });
  }

  #openPart(kind: TextKind): number {
    if (this.#open?.kind === kind) return this.#open.part;
    this.#closeText();
    this.#closeCompleteCalls();
    const part = this.#begin(kind === 'reasoning' ? { kind, form: 'text' } : { kind });
    this.#open = { kind, part };
    if (kind === 'refusal') this.#hasRefusal = true;
    return part;
  }

  #begin(header: PartHeader): number {
    const part = this.#parts++;
    this.#events.push({ type: 'part', candidate: this.#candidate, part, header });
    return part;
  }

  #closeText({ isLast } = { isLast: false }): void {
    if (this.#open === undefined) return;
    if (this.#open.kind === 'text') this.#nameSources(this.#open.part, isLast);
    this.#events.push({ type: 'end', candidate: this.#candidate, part: this.#open.part });
    this.#open = undefined;
  }

  /** Where an upstream says beside its choices what it looked up: the text is complete now, and so are its marks. */
  #nameSources(part: number, isLast: boolean): void {
    const text = this.#text;
    this.#text = '';
    if (this.#hasAnnotations || text === '') return;
    const named = this.#placer.place(this.#sources, text);
    const rest = isLast ? this.#placer.rest(this.#sources) : [];
    for (const source of [...named, ...rest]) this.#annotate(part, source);
  }

  #tellWhole(parts: readonly Part[]): void {
    for (const part of parts) {
      this.#closeText();
      this.#events.push(...replayPart(part, { candidate: this.#candidate, part: this.#parts++ }));
    }
  }

  #takeCalls(delta: JsonObject): void {
    asArray(delta['tool_calls']).forEach((value, place) => {
      const call = asObject(value);
      if (call !== undefined) this.#takeCall(call, place);
    });
    const legacy = asObject(delta['function_call']);
    if (legacy !== undefined) this.#takeCall({ index: 0, function: legacy }, 0);
  }

  #takeCall(call: JsonObject, place: number): void {
    this.#closeText();
    const found = this.#findCall(call, place);
    if (this.#lastCall !== undefined && this.#lastCall !== found) this.#closeCompleteCalls(found);
    this.#lastCall = found;
    this.#events.push(...found.push(call, () => this.#parts++));
  }

  /**
   * By index; vendors without one are told apart by the ids that new calls bring, or by their place in the list. A new id
   * under a known index is another call: some vendors give all of them the same one.
   */
  #findCall(call: JsonObject, place: number): ToolCallDecoder {
    const { index } = call;
    const id = asText(call['id']);
    const called = asObject(call['function']) ?? asObject(call['custom']);
    const isNamed = asText(called?.['name']) !== undefined;
    const isFragment = typeof index !== 'number' && id === undefined && !isNamed;
    if (isFragment && this.#lastCall !== undefined) return this.#lastCall;
    const key = typeof index === 'number' ? `#${index}` : (id ?? `${this.#calls.length}.${place}`);
    const known = this.#callOf.get(key);
    const isSame = known !== undefined && (id === undefined || !isNamed || known.isSame(id));
    if (isSame) return known;
    const created = new ToolCallDecoder(this.#candidate, this.#calls.length);
    this.#calls.push(created);
    this.#callOf.set(key, created);
    return created;
  }

  #closeCompleteCalls(except?: ToolCallDecoder): void {
    for (const call of this.#calls) {
      if (call !== except && call.isComplete) this.#events.push(...call.end());
    }
  }

  #close(finish: Finish): void {
    for (const piece of this.#tags?.end() ?? []) {
      this.#say(piece.isThought ? 'reasoning' : 'text', piece.text);
    }
    this.#closeText({ isLast: true });
    this.#tellWhole(this.#executed?.rest() ?? []);
    this.#tellSpeech();
    for (const call of this.#calls) {
      this.#events.push(...call.finish(() => this.#parts++));
    }
    const hasCalls = this.#calls.some((call) => call.isAnnounced);
    const corrected = correctFinish(finish, hasCalls);
    this.finish =
      this.#hasRefusal && corrected.reason === 'stop'
        ? { ...corrected, reason: 'refusal' }
        : corrected;
    this.#events.push({ type: 'finish', candidate: this.#candidate, finish: this.finish });
  }
}
