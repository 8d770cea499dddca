import type { IncomingHttpHeaders } from 'node:http';
import {
  readUpstreamError,
  type Dialect,
  type OperationBridge,
  type UpstreamError,
} from '@turnpike/adaptors';
import {
  carriesError,
  failedAnswer,
  parseObject,
  readGuarded,
  type AnswerTranslator,
  type TranslatedAnswer,
} from './answer-translator.ts';

/** What an answer is made for. */
export interface BridgedContext {
  /** As the client sent it. */
  body: Readonly<Record<string, unknown>>;
  /** As the client asked. */
  model: string;
  dialect: Dialect;
  requestId: string;
}

/** The way back of an operation that is no conversation: always whole. */
export class BridgedAnswer implements AnswerTranslator {
  readonly #bridge: OperationBridge;
  readonly #context: BridgedContext;
  readonly streamContentType = 'application/json; charset=utf-8';

  constructor(bridge: OperationBridge, context: BridgedContext) {
    this.#bridge = bridge;
    this.#context = context;
  }

  createTap(): undefined {
    return undefined;
  }

  readAnswer(body: Buffer): TranslatedAnswer {
    return readGuarded(() => this.#read(body));
  }

  readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError {
    return readUpstreamError(status, headers, body, { dialect: this.#context.dialect });
  }

  #read(body: Buffer): TranslatedAnswer {
    const parsed = parseObject(body);
    if (parsed === undefined) return failedAnswer(undefined);
    if (carriesError(parsed)) return failedAnswer(this.readError(200, {}, body));
    const made = this.#bridge.decodeResponse(parsed, this.#context);
    return {
      ...failedAnswer(undefined),
      isUnreadable: false,
      usage: made.usage,
      body: Buffer.from(JSON.stringify(made.body)),
      contentType: 'application/json; charset=utf-8',
    };
  }
}
