import type { FrameDecoder } from '../../codec.ts';
import { asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { toCitation } from './converse-citations.ts';
import { readStopSequence, toCallType, toMessageUsage, toStopReason } from './converse-response.ts';

/**
 * Events of ConverseStream as those of a streamed message. Blocks of text begin without saying so, the usage comes before
 * or behind the reason to stop, and nothing marks the end: the message is closed when both are known, or the transport
 * ends. Frames that are Anthropic's already go on as they are.
 */
export class ConverseFrameDecoder implements FrameDecoder {
  #hasStarted = false;
  #open: number | undefined;
  #usage: JsonObject | undefined;
  #stop: JsonObject | undefined;
  #isClosed = false;

  push(frame: SseFrame): readonly SseFrame[] {
    const event = frame.data === undefined ? undefined : asObject(parseJson(frame.data));
    if (event === undefined || frame.event === undefined) return [frame];
    switch (frame.event) {
      case 'messageStart':
        return this.#start();
      case 'contentBlockStart':
        return this.#begin(event, toStart(asObject(event['start'])));
      case 'contentBlockDelta':
        return this.#takeDelta(event);
      case 'contentBlockStop':
        return this.#end(event);
      case 'messageStop': {
        const sequence = readStopSequence(event['additionalModelResponseFields']);
        this.#stop = {
          stop_reason: toStopReason(event['stopReason']),
          stop_sequence: sequence ?? null,
        };
        return this.#finish();
      }
      case 'metadata':
        this.#usage = toMessageUsage(asObject(event['usage']));
        return this.#finish();
      default:
        return [frame];
    }
  }

  end(): readonly SseFrame[] {
    return this.#stop === undefined || this.#isClosed ? [] : this.#close();
  }

  #start(): SseFrame[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    return [frameOf('message_start', { message: { id: '', model: '', content: [] } })];
  }

  #begin(event: JsonObject, block: JsonObject): SseFrame[] {
    const index = indexOf(event);
    const started = this.#start();
    this.#open = index;
    return [...started, frameOf('content_block_start', { index, content_block: block })];
  }

  #takeDelta(event: JsonObject): SseFrame[] {
    const index = indexOf(event);
    const delta = asObject(event['delta']) ?? {};
    const reasoning = asObject(delta['reasoningContent']);
    const redacted = reasoning?.['redactedContent'];
    if (redacted !== undefined) {
      return this.#begin(event, { type: 'redacted_thinking', data: redacted });
    }
    const begun =
      this.#open === index
        ? []
        : this.#begin(
            event,
            reasoning === undefined
              ? { type: 'text', text: '' }
              : { type: 'thinking', thinking: '', signature: '' },
          );
    const changes = toDeltas(delta, reasoning);
    return [
      ...begun,
      ...changes.map((change) => frameOf('content_block_delta', { index, delta: change })),
    ];
  }

  #end(event: JsonObject): SseFrame[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [frameOf('content_block_stop', { index: indexOf(event) })];
  }

  #finish(): SseFrame[] {
    return this.#usage === undefined || this.#stop === undefined || this.#isClosed
      ? []
      : this.#close();
  }

  #close(): SseFrame[] {
    this.#isClosed = true;
    return [
      ...this.#start(),
      frameOf('message_delta', { delta: this.#stop, usage: this.#usage }),
      frameOf('message_stop', {}),
    ];
  }
}

function toStart(start: JsonObject | undefined): JsonObject {
  const call = asObject(start?.['toolUse']);
  if (call === undefined) return { type: 'text', text: '' };
  return { type: toCallType(call), id: call['toolUseId'], name: call['name'], input: {} };
}

function toDeltas(delta: JsonObject, reasoning: JsonObject | undefined): JsonObject[] {
  const json = asObject(delta['toolUse'])?.['input'];
  if (typeof json === 'string') return [{ type: 'input_json_delta', partial_json: json }];
  const citation = asObject(delta['citation']);
  if (citation !== undefined) return [{ type: 'citations_delta', citation: toCitation(citation) }];
  // Results of tools that Bedrock called itself have no text.
  if (reasoning === undefined && delta['text'] === undefined) return [];
  if (reasoning === undefined) return [{ type: 'text_delta', text: delta['text'] }];
  const signature = asText(reasoning['signature']);
  const thinking = asText(reasoning['text']);
  return [
    ...(thinking === undefined ? [] : [{ type: 'thinking_delta', thinking: reasoning['text'] }]),
    ...(signature === undefined ? [] : [{ type: 'signature_delta', signature }]),
  ];
}

function indexOf({ contentBlockIndex: index }: JsonObject): number {
  return typeof index === 'number' ? index : 0;
}

function frameOf(event: string, members: object): SseFrame {
  return { event, data: JSON.stringify({ type: event, ...members }), id: undefined };
}
