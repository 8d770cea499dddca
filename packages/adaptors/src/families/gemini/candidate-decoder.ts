import type {
  Annotation,
  Finish,
  OpaqueState,
  Part,
  PartHeader,
  StreamEvent,
} from '@turnpike/core';
import { asArray, asObject, asText, type JsonObject } from '../../wire/json-object.ts';
import { makeCallId } from './call-id.ts';
import { readFinish } from './finish.ts';
import { readAnnotations } from './grounding.ts';
import { readLogprobs } from './logprobs.ts';
import { mediaKindOf } from './media-kind.ts';
import { PartialArguments } from './partial-arguments.ts';

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
    const reason = asText(candidate['finishReason']);
    if (reason !== undefined) this.#noteFinish(reason, candidate);
    return events;
  }

  get hasFinish(): boolean {
    return this.#finish !== undefined;
  }

  /** Closes what is open. */
  close(): StreamEvent[] {
    return [...this.#closeText(), ...this.#closeCall()];
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
    const inline = asObject(part['inlineData']);
    if (inline !== undefined) return this.#takeMedia(part, inline);
    const file = asObject(part['fileData']);
    if (file !== undefined) return this.#takeFile(part, file);
    const code = asObject(part['executableCode']);
    if (code !== undefined) return this.#takeCode(part, code);
    const result = asObject(part['codeExecutionResult']);
    if (result !== undefined) return this.#takeCodeResult(part, result);
    return this.#takeUnknown(part);
  }

  #takeText(part: JsonObject, text: string): StreamEvent[] {
    const state = stateOf(part);
    const open = this.#openText;
    if (text === '') {
      // Nothing but a signature: it belongs to what was said before.
      if (state.length === 0) return [];
      return open === undefined
        ? this.#whole({ kind: 'reasoning', form: 'text' }, state)
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
    for (const state of stateOf(part)) events.push(this.#stateEvent(at, state));
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

  #takeMedia(part: JsonObject, inline: JsonObject): StreamEvent[] {
    const mime = asText(inline['mimeType']);
    const at = this.#nextPart;
    const delta = asText(inline['data']) ?? '';
    return this.#whole(
      { kind: 'media', media: mediaKindOf(mime), ...(mime !== undefined && { mime }) },
      stateOf(part),
      [{ type: 'bytes', candidate: this.#index, part: at, delta }],
    );
  }

  #takeFile(part: JsonObject, file: JsonObject): StreamEvent[] {
    const mime = asText(file['mimeType']);
    const header = { kind: 'media', media: mediaKindOf(mime) } as const;
    const mimeOf = mime === undefined ? {} : { mime };
    return this.#whole({ ...header, ...mimeOf }, [], [], {
      ...header,
      ...mimeOf,
      source: { url: asText(file['fileUri']) ?? '' },
      origin: { family: 'gemini', raw: part },
    });
  }

  #takeCode(part: JsonObject, code: JsonObject): StreamEvent[] {
    const at = this.#nextPart;
    const callId = asText(code['id']) ?? makeCallId(this.#seed, this.#index, at, 'code');
    this.#lastHostedCall = callId;
    const { language, code: source } = code;
    const delta = JSON.stringify({ language, code: source });
    return this.#whole(
      {
        kind: 'tool-call',
        callId,
        name: 'code_execution',
        tool: 'hosted',
        hosted: { kind: 'code-execution', family: 'gemini', raw: part },
      },
      stateOf(part),
      [{ type: 'arguments', candidate: this.#index, part: at, delta }],
    );
  }

  #takeCodeResult(part: JsonObject, result: JsonObject): StreamEvent[] {
    const callId = asText(result['id']) ?? this.#lastHostedCall;
    const outcome = asText(result['outcome']) ?? 'OUTCOME_OK';
    const text = asText(result['output']);
    return this.#whole({ kind: 'tool-result', callId, raw: part }, [], [], {
      kind: 'tool-result',
      callId,
      name: 'code_execution',
      tool: 'hosted',
      ...(outcome !== 'OUTCOME_OK' && { isError: true }),
      content: text === undefined ? [] : [{ kind: 'text', text }],
      origin: { family: 'gemini', raw: part },
    });
  }

  #takeUnknown(part: JsonObject): StreamEvent[] {
    const itemType = Object.keys(part).find((key) => !attributes.has(key));
    if (itemType === undefined) {
      const state = stateOf(part);
      return state.length === 0 ? [] : this.#takeText(part, '');
    }
    return this.#whole({ kind: 'provider-item', family: 'gemini', itemType, raw: part }, []);
  }

  #annotate(candidate: JsonObject): StreamEvent[] {
    const open = this.#openText;
    if (open === undefined || open.isThought) return [];
    return readAnnotations(candidate, this.#text).map((annotation: Annotation) => ({
      type: 'annotation',
      candidate: this.#index,
      part: open.part,
      annotation,
    }));
  }

  #noteFinish(reason: string, candidate: JsonObject): void {
    this.#finish = readFinish(reason, this.#hasCalls);
    for (const key of keptMembers) {
      if (candidate[key] !== undefined) (this.#extras ??= {})[key] = candidate[key];
    }
  }

  #whole(
    header: PartHeader,
    states: readonly OpaqueState[],
    content: readonly StreamEvent[] = [],
    final?: Part,
  ): StreamEvent[] {
    const before = this.close();
    const part = this.#nextPart;
    return [
      ...before,
      this.#open(header),
      ...states.map((state) => this.#stateEvent(part, state)),
      ...content,
      { type: 'end', candidate: this.#index, part, ...(final !== undefined && { final }) },
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

/** Members of a part that say something about it, and are not it. */
const attributes: ReadonlySet<string> = new Set([
  'thought',
  'thoughtSignature',
  'videoMetadata',
  'mediaResolution',
  'partMetadata',
]);

/** What a candidate says beside its answer; clients of the same family get it back. */
const keptMembers = [
  'safetyRatings',
  'finishMessage',
  'avgLogprobs',
  'urlContextMetadata',
] as const;

function stateOf(part: JsonObject): OpaqueState[] {
  const value = asText(part['thoughtSignature']);
  return value === undefined ? [] : [{ family: 'gemini', kind: 'thought-signature', value }];
}
