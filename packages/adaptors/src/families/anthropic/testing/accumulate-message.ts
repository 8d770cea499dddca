import { SseReader } from '../../../wire/sse-reader.ts';

/** One event of a stream, with the members that a reader looks at. */
export interface SentEvent {
  type: string;
  index?: number;
  message?: Message;
  content_block?: Block;
  delta?: Partial<Block> & { partial_json?: string; citation?: unknown };
  usage?: Record<string, unknown>;
}

interface Block {
  type: string;
  text: string;
  thinking: string;
  signature: string;
  input: unknown;
  citations?: unknown[] | null;
}

export interface Message {
  content: Block[];
  stop_reason: string | null;
  usage: Record<string, unknown>;
}

/** What a client reads. Throws for frames whose two names differ: some clients go by one of them, some by the other. */
export function readEvents(stream: string): SentEvent[] {
  return new SseReader().push(Buffer.from(stream)).map(({ event, data = '' }) => {
    const sent = JSON.parse(data) as SentEvent;
    if (sent.type !== event) throw new Error(`${sent.type} is named ${event ?? 'nothing'}`);
    return sent;
  });
}

/** The message that official SDKs make of a stream: a block is appended on each start, and deltas go by its place. */
export function accumulateMessage(sent: readonly SentEvent[]): Message {
  const [first] = sent;
  if (first?.message === undefined) throw new Error('The stream does not start with its message.');
  const message: Message = { ...first.message, content: [] };
  const inputs = new Map<Block, string>();
  for (const { type, index = -1, content_block: begun, delta, usage } of sent) {
    if (type === 'content_block_start' && begun !== undefined) {
      if (index !== message.content.length) throw new Error(`block ${index} leaves a gap`);
      message.content.push({ ...begun });
    } else if (type === 'content_block_delta' && delta !== undefined) {
      const block = message.content[index];
      if (block === undefined) throw new Error(`block ${index} was not begun`);
      addDelta(block, delta, inputs);
    } else if (type === 'message_delta') {
      Object.assign(message, delta, { usage: { ...message.usage, ...usage } });
    }
  }
  for (const [block, json] of inputs) block.input = JSON.parse(json);
  return message;
}

function addDelta(
  block: Block,
  delta: NonNullable<SentEvent['delta']>,
  inputs: Map<Block, string>,
): void {
  if (delta.text !== undefined) block.text += delta.text;
  if (delta.thinking !== undefined) block.thinking += delta.thinking;
  if (delta.signature !== undefined) block.signature = delta.signature;
  if (delta.citation !== undefined) block.citations = [...(block.citations ?? []), delta.citation];
  if (delta.partial_json !== undefined && delta.partial_json !== '') {
    inputs.set(block, (inputs.get(block) ?? '') + delta.partial_json);
  }
}

/** The order of events, such as `start0 delta0 stop0`. */
export function orderOf(sent: readonly SentEvent[]): string {
  return sent
    .map(({ type, index }) => {
      const name = type.replace('content_block_', '').replace('message_', 'm-');
      return index === undefined ? name : `${name}${index}`;
    })
    .join(' ');
}
