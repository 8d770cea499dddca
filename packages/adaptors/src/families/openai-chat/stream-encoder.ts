import type { Loss, Origin, StreamEvent, Usage } from '@turnpike/core';
import type { StreamEncoder, TranslationContext } from '../../translation.ts';
import { LossList } from '../../translate/loss-list.ts';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import { ChoiceEncoder } from './choice-encoder.ts';
import { toCompletionId, toCreated } from './encode-response.ts';
import { encodeChatUsage } from './encode-usage.ts';

const DONE = 'data: [DONE]\n\n';
const COMMENT = Buffer.from(': keep-alive\n\n');

/** Writes events as the chunks of a chat stream. The usage, where it was asked for, and the marker come last. */
export class ChatStreamEncoder implements StreamEncoder {
  readonly #context: TranslationContext;
  readonly #losses = new LossList();
  readonly #choices = new Map<number, ChoiceEncoder>();
  readonly #wantsUsage: boolean;
  #output: Buffer[] = [];
  /** What all chunks begin with, as text: it is the larger part of most of them. */
  #head: string | undefined;
  #usage: Usage | undefined;
  #usageOrigin: Origin | undefined;
  #about = '';

  constructor(context: TranslationContext) {
    this.#context = context;
    this.#wantsUsage = context.request.wantsStreamUsage;
  }

  get losses(): readonly Loss[] {
    return this.#losses.losses;
  }

  push(event: StreamEvent): readonly Buffer[] {
    this.#output = [];
    switch (event.type) {
      case 'start':
        this.#takeUsage(event);
        this.#start(event.id, event.createdAt);
        this.#choiceOf(0).begin();
        break;
      case 'about':
        if (event.serviceTier !== undefined) {
          this.#about = `,"service_tier":${JSON.stringify(event.serviceTier)}`;
        }
        break;
      case 'part':
      case 'text':
      case 'arguments':
      case 'bytes':
      case 'state':
      case 'annotation':
      case 'end':
        this.#choiceOf(event.candidate).push(event);
        break;
      case 'finish':
        this.#choiceOf(event.candidate).finish(event.finish);
        break;
      case 'usage':
        this.#takeUsage(event);
        break;
      case 'ping':
        return [COMMENT];
      case 'raw':
      case 'error':
      case 'done':
        break;
    }
    return this.#output;
  }

  terminal(): Buffer {
    this.#output = [];
    if (this.#wantsUsage) {
      const usage =
        this.#usage === undefined
          ? null
          : withOwnFigures(encodeChatUsage(this.#usage), this.#usageOrigin, 'openai-chat');
      this.#write('', `,"usage":${JSON.stringify(usage)}`);
    }
    return Buffer.concat([...this.#output, Buffer.from(DONE)]);
  }

  #takeUsage({ usage, usageOrigin }: { usage?: Usage; usageOrigin?: Origin }): void {
    this.#usage = usage;
    this.#usageOrigin = usageOrigin;
  }

  #choiceOf(index: number): ChoiceEncoder {
    let found = this.#choices.get(index);
    if (found === undefined) {
      const { seal } = this.#context;
      const usage = this.#wantsUsage ? ',"usage":null' : '';
      const write = (choice: JsonObject): void => {
        this.#write(JSON.stringify(choice), usage);
      };
      found = new ChoiceEncoder({ index, seal, losses: this.#losses, write });
      this.#choices.set(index, found);
    }
    return found;
  }

  /** All chunks have the same id, moment and model. */
  #start(id: string, createdAt: number): string {
    this.#head ??= JSON.stringify({
      id: toCompletionId(id, this.#context.requestId),
      object: 'chat.completion.chunk',
      created: toCreated(createdAt),
      model: this.#context.model,
    }).slice(0, -1);
    return this.#head;
  }

  #write(choice: string, usage: string): void {
    const head = this.#start('', 0);
    this.#output.push(
      Buffer.from(`data: ${head}${this.#about},"choices":[${choice}]${usage}}\n\n`),
    );
  }
}
