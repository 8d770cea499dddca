import type { FrameDecoder } from '../../codec.ts';
import { asObject, asText, parseJson, type JsonObject } from '../../wire/json-object.ts';
import type { SseFrame } from '../../wire/sse-frame.ts';
import { toCitation } from './converse-citations.ts';
import {
  isOwnCall,
  readStopSequence,
  toMessageBlocks,
  toMessageUsage,
  toStopReason,
} from './converse-response.ts';
import { ConverseSteps } from './converse-steps.ts';
import { HeldBlock } from './held-block.ts';

/**
 * Events of ConverseStream as those of a streamed message. Blocks of text begin without saying so, the usage comes before
 * or behind the reason to stop, and nothing marks the end: the message is closed when both are known, or the transport
 * ends. Pictures and what Bedrock ran itself are told whole, when they end. Frames that are Anthropic's already go on as
 * they are.
 */
export class ConverseFrameDecoder implements FrameDecoder {
  readonly #steps = new ConverseSteps();
  readonly #held = new Map<number, HeldBlock>();
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
        return this.#takeStart(event);
      case 'contentBlockDelta':
        return this.#takeDelta(event);
      case 'contentBlockStop':
        return this.#end(indexOf(event));
      case 'messageStop': {
        const sequence = readStopSequence(event['additionalModelResponseFields']);
        this.#stop = {
          stop_reason: toStopReason(event['stopReason']),
          stop_sequence: sequence ?? null,
        };
        return this.#finish();
      }
      case 'metadata':
        this.#usage = toMessageUsage(asObject(event['usage']), asObject(event['serviceTier']));
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

  #takeStart(event: JsonObject): SseFrame[] {
    const start = asObject(event['start']) ?? {};
    const call = asObject(start['toolUse']);
    if (call !== undefined && !isOwnCall(call)) {
      const { toolUseId: id, name } = call;
      return this.#begin(indexOf(event), { type: 'tool_use', id, name, input: {} });
    }
    const [kind] = Object.keys(start);
    if (kind === undefined) return this.#begin(indexOf(event), { type: 'text', text: '' });
    this.#held.set(indexOf(event), new HeldBlock(kind, asObject(start[kind]) ?? {}));
    return this.#start();
  }

  #begin(index: number, block: JsonObject): SseFrame[] {
    const started = this.#start();
    this.#open = index;
    return [...started, frameOf('content_block_start', { index, content_block: block })];
  }

  #takeDelta(event: JsonObject): SseFrame[] {
    const index = indexOf(event);
    const delta = asObject(event['delta']) ?? {};
    const [kind] = Object.keys(delta);
    if (kind === undefined) return [];
    const held = this.#held.get(index);
    if (held === undefined && spoken.has(kind)) return this.#speak(index, delta);
    if (held === undefined) this.#held.set(index, new HeldBlock(kind, {}).add(delta[kind]));
    else held.add(delta[kind]);
    return this.#start();
  }

  /** What is told piece by piece. */
  #speak(index: number, delta: JsonObject): SseFrame[] {
    const reasoning = asObject(delta['reasoningContent']);
    const data = reasoning?.['redactedContent'];
    if (data !== undefined) return this.#begin(index, { type: 'redacted_thinking', data });
    const first =
      reasoning === undefined
        ? { type: 'text', text: '' }
        : { type: 'thinking', thinking: '', signature: '' };
    const begun = this.#open === index ? [] : this.#begin(index, first);
    const changes = toDeltas(delta, reasoning);
    return [
      ...begun,
      ...changes.map((change) => frameOf('content_block_delta', { index, delta: change })),
    ];
  }

  #end(index: number): SseFrame[] {
    if (this.#held.has(index)) return this.#release(index);
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [frameOf('content_block_stop', { index })];
  }

  /** A block that is known now; one may be several of a message, which then have places of their own. */
  #release(index: number): SseFrame[] {
    const block = this.#held.get(index)?.whole() ?? {};
    this.#held.delete(index);
    return toMessageBlocks(block, this.#steps).flatMap((content_block) => [
      ...this.#start(),
      frameOf('content_block_start', { index, content_block }),
      frameOf('content_block_stop', { index }),
    ]);
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
      ...[...this.#held.keys()].flatMap((index) => this.#release(index)),
      frameOf('message_delta', { delta: this.#stop, usage: this.#usage }),
      frameOf('message_stop', {}),
    ];
  }
}

/** What goes on piece by piece; everything else is told when it is whole. */
const spoken: ReadonlySet<string> = new Set(['text', 'citation', 'reasoningContent', 'toolUse']);

function toDeltas(delta: JsonObject, reasoning: JsonObject | undefined): JsonObject[] {
  const json = asObject(delta['toolUse'])?.['input'];
  if (typeof json === 'string') return [{ type: 'input_json_delta', partial_json: json }];
  const citation = asObject(delta['citation']);
  if (citation !== undefined) return [{ type: 'citations_delta', citation: toCitation(citation) }];
  if (reasoning === undefined && delta['text'] === undefined) return [];
  if (reasoning === undefined) return [{ type: 'text_delta', text: delta['text'] }];
  const signature = asText(reasoning['signature']);
  // White space is a thought's, too.
  const { text } = reasoning;
  return [
    ...(typeof text === 'string' ? [{ type: 'thinking_delta', thinking: text }] : []),
    ...(signature === undefined ? [] : [{ type: 'signature_delta', signature }]),
  ];
}

function indexOf({ contentBlockIndex: index }: JsonObject): number {
  return typeof index === 'number' ? index : 0;
}

function frameOf(event: string, members: object): SseFrame {
  return { event, data: JSON.stringify({ type: event, ...members }), id: undefined };
}
