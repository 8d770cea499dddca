import type {
  Annotation,
  Finish,
  OpaqueState,
  Part,
  PartHeader,
  StreamEvent,
} from '@turnpike/core';
import { correctFinish } from '../../translate/correct-finish.ts';
import type { LossList } from '../../translate/loss-list.ts';
import { PartBuilder } from '../../translate/part-builder.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { encodeAnnotations } from './encode-annotations.ts';
import { encodeAudio, encodeImage, explanationOf } from './encode-response.ts';
import { encodeShownCode } from './encode-shown-code.ts';
import { encodeCallState, encodeDetails, type Seal } from './encode-thoughts.ts';
import { writeFinish } from './finish-reasons.ts';

type PartEvent = Extract<StreamEvent, { part: number }>;

interface OpenPart {
  header: PartHeader;
  state: OpaqueState[];
  annotations: Annotation[];
  /** Place among the calls of the choice. */
  call: number;
  /** Where the part's text begins in the choice's content. */
  start: number;
  hasSaid: boolean;
  /** Thoughts, which are told once more with their signature: that is of this text only. */
  thought: string;
  bytes: string;
}

export interface ChoiceContext {
  index: number;
  seal: Seal;
  losses: LossList;
  /** Writes one chunk with this choice. */
  write: (choice: JsonObject) => void;
}

/** One choice of a chat stream: its parts as deltas. Names and ids are said once, because some clients join what is repeated. */
export class ChoiceEncoder {
  readonly #context: ChoiceContext;
  readonly #parts = new Map<number, OpenPart>();
  #calls = 0;
  #thoughts = 0;
  #contentLength = 0;
  #hasBegun = false;

  constructor(context: ChoiceContext) {
    this.#context = context;
  }

  push(event: PartEvent): void {
    this.begin();
    if (event.type === 'part') {
      this.#open(event.part, event.header);
      return;
    }
    const part = this.#parts.get(event.part);
    if (part === undefined) return;
    switch (event.type) {
      case 'text':
        this.#say(part, event.delta, event.logprobs);
        return;
      case 'arguments':
        this.#sayInput(part, event.delta);
        return;
      case 'bytes':
        part.bytes += event.delta;
        return;
      case 'state':
        part.state.push(event.state);
        return;
      case 'annotation':
        part.annotations.push(event.annotation);
        return;
      case 'end':
        this.#parts.delete(event.part);
        this.#close(part, event.final);
        return;
    }
  }

  /** The first delta says whose words these are. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#delta({ role: 'assistant', content: '', refusal: null });
  }

  finish(finish: Finish): void {
    this.begin();
    const explanation = explanationOf(finish.details);
    if (explanation !== undefined) this.#delta({ refusal: explanation });
    const corrected = correctFinish(finish, this.#calls > 0);
    this.#write({}, writeFinish(corrected));
  }

  #open(place: number, header: PartHeader): void {
    const part: OpenPart = {
      header,
      state: [],
      annotations: [],
      call: -1,
      start: this.#contentLength,
      hasSaid: false,
      thought: '',
      bytes: '',
    };
    this.#parts.set(place, part);
    if (header.kind !== 'tool-call' || header.tool === 'hosted') return;
    part.call = this.#calls++;
    const { callId: id, name } = header;
    const called =
      header.tool === 'custom'
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } };
    this.#delta({ tool_calls: [{ index: part.call, id, ...called }] });
  }

  #say(part: OpenPart, delta: string, logprobs: unknown): void {
    if (delta === '') return;
    part.hasSaid = true;
    switch (part.header.kind) {
      case 'text':
        this.#contentLength += delta.length;
        this.#delta({ content: delta }, logprobs);
        return;
      case 'refusal':
        this.#delta({ refusal: delta });
        return;
      case 'reasoning':
        part.thought += delta;
        this.#delta({ reasoning_content: delta });
        return;
      default:
        return;
    }
  }

  #sayInput(part: OpenPart, delta: string): void {
    if (part.call < 0 || delta === '') return;
    part.hasSaid = true;
    const isCustom = part.header.kind === 'tool-call' && part.header.tool === 'custom';
    const said = isCustom ? { custom: { input: delta } } : { function: { arguments: delta } };
    this.#delta({ tool_calls: [{ index: part.call, ...said }] });
  }

  #close(part: OpenPart, final: Part | undefined): void {
    switch (part.header.kind) {
      case 'reasoning': {
        const isRedacted = final?.kind === 'reasoning' && final.isRedacted === true;
        const place = { index: this.#thoughts++, seal: this.#context.seal };
        const details = encodeDetails({ state: part.state, isRedacted }, part.thought, place);
        if (details.length > 0) this.#delta({ reasoning_details: details });
        return;
      }
      case 'text': {
        const length = this.#contentLength - part.start;
        const annotations = encodeAnnotations(part.annotations, part.start, length);
        if (annotations.length > 0) this.#delta({ annotations });
        return;
      }
      case 'tool-call':
        if (part.call < 0) this.#showStep(final ?? new PartBuilder(part.header).part());
        else this.#closeCall(part);
        return;
      case 'media':
        this.#closeMedia(part, final);
        return;
      case 'tool-result':
      case 'provider-item':
        this.#showStep(final ?? new PartBuilder(part.header).part());
        return;
      case 'refusal':
        return;
    }
  }

  /** No arguments at all are an object without members. */
  #closeCall(part: OpenPart): void {
    const isFunction = part.header.kind === 'tool-call' && part.header.tool === 'function';
    if (!part.hasSaid && isFunction) this.#sayInput(part, '{}');
    const extra = encodeCallState(part.state, this.#context.seal);
    if (extra !== undefined) {
      // Vercel's SDK takes no piece of a call without its function.
      const empty = isFunction ? { function: {} } : {};
      this.#delta({ tool_calls: [{ index: part.call, ...empty, extra_content: extra }] });
    }
  }

  #closeMedia(part: OpenPart, final: Part | undefined): void {
    const { header } = part;
    if (header.kind !== 'media') return;
    const { media, mime } = header;
    const whole =
      final?.kind === 'media'
        ? final
        : ({
            kind: 'media',
            media,
            source: { base64: part.bytes },
            ...(mime && { mime }),
          } as const);
    if (media === 'image') this.#delta({ images: encodeImage(whole) });
    else if (media === 'audio') this.#delta({ audio: encodeAudio(whole) });
    else this.#context.losses.add('fatal', 'dropped', `answer.${media}`, 'it has no form here');
  }

  /** A step that the upstream ran itself. */
  #showStep(step: Part): void {
    const content = encodeShownCode(step, this.#contentLength === 0, this.#context.losses);
    if (content === '') return;
    this.#contentLength += content.length;
    this.#delta({ content });
  }

  #delta(delta: JsonObject, logprobs?: unknown): void {
    this.#write(delta, null, logprobs);
  }

  #write(delta: JsonObject, finish: string | null, logprobs?: unknown): void {
    const { index, write } = this.#context;
    write({ index, delta, logprobs: logprobs ?? null, finish_reason: finish });
  }
}
