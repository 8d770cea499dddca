import { EventStreamCodec } from '@smithy/eventstream-codec';
import { anthropicEvents } from './render-anthropic.ts';
import type { Answer } from './scene.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** One message of an AWS event stream. */
export function encodeEvent(
  type: string,
  payload: object,
  kind: 'event' | 'exception' = 'event',
): Uint8Array {
  const text = (value: string) => ({ type: 'string', value }) as const;
  return codec.encode({
    headers: {
      [`:${kind}-type`]: text(type),
      ':content-type': text('application/json'),
      ':message-type': text(kind),
    },
    body: Buffer.from(JSON.stringify(payload)),
  });
}

/** As Bedrock streams Claude: Anthropic's events, each in an event of its own; the last one brings figures of Bedrock's. */
export function streamInvoke(answer: Answer): Uint8Array[] {
  return anthropicEvents(answer).map((event) => {
    const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1 } };
    const told = event.type === 'message_stop' ? { ...event, ...metrics } : event;
    const bytes = Buffer.from(JSON.stringify(told)).toString('base64');
    return encodeEvent('chunk', { bytes, p: 'abcdefgh' });
  });
}
