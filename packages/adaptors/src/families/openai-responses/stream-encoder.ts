import type { Finish, JsonRecord, Loss, Origin, StreamEvent, Usage } from '@turnpike/core';
import type { StreamEncoder, TranslationContext } from '../../translation.ts';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import { createResponseId } from './item-ids.ts';
import { OutputBuilder } from './output-builder.ts';
import type { WireEvent } from './output-item.ts';
import { createResponseObject, encodeFinish, encodeUsage } from './response-object.ts';

/** Encodes events as the typed, numbered events of this protocol. */
export class ResponsesStreamEncoder implements StreamEncoder {
  readonly #context: TranslationContext;
  readonly #builder: OutputBuilder;
  #sequenceNumber = 0;
  #response: JsonRecord | undefined;
  #usage: JsonRecord | null = null;
  #serviceTier: string | undefined;
  #finish: Finish | undefined;

  constructor(context: TranslationContext) {
    this.#context = context;
    this.#builder = new OutputBuilder(context);
  }

  get losses(): readonly Loss[] {
    return this.#builder.losses.losses;
  }

  push(event: StreamEvent): readonly Buffer[] {
    switch (event.type) {
      case 'start':
        this.#takeUsage(event);
        return this.#start(event.createdAt, event.id);
      case 'usage':
        this.#takeUsage(event);
        return [];
      case 'about':
        this.#serviceTier = event.serviceTier ?? this.#serviceTier;
        return [];
      case 'finish':
        if (event.candidate === 0) this.#finish = event.finish;
        return [];
      case 'done':
        return this.#write(this.#builder.close());
      case 'error':
      case 'raw':
      case 'ping':
        return [];
      case 'part':
      case 'text':
      case 'arguments':
      case 'bytes':
      case 'state':
      case 'annotation':
      case 'end': {
        const events = this.#builder.push(event);
        return events.length === 0 ? [] : [...this.#start(0), ...this.#write(events)];
      }
    }
  }

  terminal(): Buffer {
    const closing = [...this.#start(0), ...this.#write(this.#builder.close())];
    const { event: type, response } = this.#finished();
    return Buffer.concat([...closing, ...this.#write([{ type, response }])]);
  }

  /** The answer as a whole, once everything was pushed. */
  response(): JsonRecord {
    this.#start(0);
    this.#builder.close();
    return this.#finished().response;
  }

  #takeUsage({ usage, usageOrigin }: { usage?: Usage; usageOrigin?: Origin }): void {
    if (usage === undefined) return;
    this.#usage = withOwnFigures(encodeUsage(usage), usageOrigin, 'openai-responses');
  }

  #finished(): { event: string; response: JsonRecord } {
    const { event, members } = encodeFinish(this.#finish ?? { reason: 'length' });
    const isComplete = members['status'] === 'completed';
    return {
      event,
      response: {
        ...this.#response,
        ...members,
        ...(isComplete && { completed_at: nowSeconds() }),
        output: this.#builder.output(),
        ...(this.#serviceTier !== undefined && { service_tier: this.#serviceTier }),
        usage: this.#usage,
      },
    };
  }

  /** @param given an answer of this very protocol keeps its id */
  #start(createdAt: number, given = ''): readonly Buffer[] {
    if (this.#response !== undefined) return [];
    const { request, requestId, model } = this.#context;
    const response = createResponseObject(request, {
      id: given.startsWith('resp_') ? given : createResponseId(requestId),
      createdAt: createdAt > 0 ? createdAt : nowSeconds(),
      model,
    });
    this.#response = response;
    return this.#write([
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ]);
  }

  #write(events: readonly WireEvent[]): Buffer[] {
    return events.map((event) => encodeEvent(event, this.#sequenceNumber++));
  }
}

/** The bytes of one event. Some clients read the name from the data only. */
function encodeEvent({ type, ...members }: WireEvent, sequenceNumber: number): Buffer {
  const data = JSON.stringify({ type, sequence_number: sequenceNumber, ...members });
  return Buffer.from(`event: ${type}\ndata: ${data}\n\n`);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
