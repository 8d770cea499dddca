import type { IncomingHttpHeaders } from 'node:http';
import {
  createFrameReader,
  EventFolder,
  replayResponse,
  TranslatingTap,
  type ClientCodec,
  type Dialect,
  type StreamTap,
  type TranslationContext,
  type UpstreamCodec,
  type UpstreamError,
} from '@turnpike/adaptors';
import type { CanonicalResponse, Loss, StreamEvent } from '@turnpike/core';
import { answerText } from './answer-text.ts';
import {
  carriesError,
  failedAnswer,
  parseObject,
  readGuarded,
  type AnswerTranslator,
  type TranslatedAnswer,
} from './answer-translator.ts';

export interface TranslationParts {
  client: ClientCodec;
  upstream: UpstreamCodec;
  dialect: Dialect;
  context: TranslationContext;
  /** The upstream was asked for a stream. */
  isUpstreamStream: boolean;
  /** Sees every event of the answer before it is encoded. */
  observe: ((event: StreamEvent) => void) | undefined;
  /** What of the answer could not be carried. */
  reportLosses: (losses: readonly Loss[]) => void;
}

/** The way back of a translated request: the upstream's answer becomes one of the client's protocol. One per attempt. */
export class Translation implements AnswerTranslator {
  readonly #parts: TranslationParts;

  constructor(parts: TranslationParts) {
    this.#parts = parts;
  }

  /** Content type of a stream to the client. */
  get streamContentType(): string {
    const { client, context } = this.#parts;
    return client.streamContentType?.(context.path) ?? 'text/event-stream; charset=utf-8';
  }

  /** Undefined where the answer is read whole: nobody asked for a stream, or none came. */
  createTap(headers: IncomingHttpHeaders): StreamTap | undefined {
    const { client, upstream, dialect, context, observe, reportLosses } = this.#parts;
    if (!context.request.isStream || !this.#comesAsStream(headers)) return undefined;
    const encoder = client.createStreamEncoder(context);
    return new TranslatingTap({
      reader: createFrameReader(dialect.framing),
      decoder: upstream.createStreamDecoder(dialect),
      encoder,
      observe(event) {
        observe?.(event);
        if (event.type === 'done') reportLosses(encoder.losses);
      },
    });
  }

  readAnswer(body: Buffer, headers: IncomingHttpHeaders): TranslatedAnswer {
    return readGuarded(() =>
      this.#comesAsStream(headers) ? this.#foldStream(body) : this.#readWhole(body),
    );
  }

  readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError {
    const { upstream, dialect } = this.#parts;
    return upstream.readError(status, headers, body, dialect);
  }

  #comesAsStream(headers: IncomingHttpHeaders): boolean {
    const { dialect, isUpstreamStream } = this.#parts;
    const type = headers['content-type']?.toLowerCase() ?? '';
    if (type.startsWith('text/event-stream')) return true;
    return isUpstreamStream && dialect.framing !== undefined && dialect.framing !== 'sse';
  }

  /** The upstream streamed what the client wants whole. */
  #foldStream(body: Buffer): TranslatedAnswer {
    const { upstream, dialect, observe } = this.#parts;
    const reader = createFrameReader(dialect.framing);
    const decoder = upstream.createStreamDecoder(dialect);
    const folder = new EventFolder();
    const frames = [...reader.push(body), ...reader.end()];
    for (const event of [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()]) {
      if (folder.isDone) break;
      folder.push(event);
      observe?.(event);
    }
    if (folder.error !== undefined) return failedAnswer(folder.error);
    return this.#encode(folder.response());
  }

  #readWhole(body: Buffer): TranslatedAnswer {
    const { upstream, dialect, observe } = this.#parts;
    const parsed = parseObject(body);
    if (parsed === undefined) return failedAnswer(undefined);
    if (carriesError(parsed)) return failedAnswer(upstream.readError(200, {}, body, dialect));
    const response = upstream.decodeResponse(parsed, dialect);
    if (observe !== undefined) for (const event of replayResponse(response)) observe(event);
    return this.#encode(response);
  }

  #encode(response: CanonicalResponse): TranslatedAnswer {
    const { client, context, reportLosses } = this.#parts;
    const broken = response.candidates.find(({ finish }) => finish.reason === 'error');
    if (broken !== undefined) return failedAnswer(brokenOff(broken.finish.raw));
    reportLosses(response.losses);
    const facts = {
      isUnreadable: false,
      error: undefined,
      usage: response.usage,
      images: countImages(response),
      seconds: undefined,
      serviceTier: response.serviceTier,
      generatedText: () => answerText(response),
    };
    if (!context.request.isStream) {
      const { body, losses } = client.encodeResponse(response, context);
      reportLosses(losses);
      return {
        ...facts,
        body: Buffer.from(JSON.stringify(body)),
        contentType: 'application/json; charset=utf-8',
      };
    }
    const encoder = client.createStreamEncoder(context);
    const chunks = replayResponse(response).flatMap((event) => [...encoder.push(event)]);
    reportLosses(encoder.losses);
    return {
      ...facts,
      body: Buffer.concat([...chunks, encoder.terminal()]),
      contentType: this.streamContentType,
    };
  }
}

/** A finish that is none: another upstream may do better. */
function brokenOff(reason = 'error'): UpstreamError {
  return {
    status: 503,
    message: `The upstream broke off its answer (${reason}).`,
    type: 'upstream_error',
    code: reason,
    param: null,
    isUnreadable: false,
  };
}

function countImages({ candidates }: CanonicalResponse): number {
  return candidates
    .flatMap(({ parts }) => parts)
    .filter((part) => part.kind === 'media' && part.media === 'image').length;
}
