import type { Family } from '@turnpike/core';
import type { VendorStream } from './vendor-stream.ts';
import { anthropicStreams } from './vendor-streams-anthropic.ts';
import { anthropicResultStreams } from './vendor-streams-anthropic-results.ts';
import { anthropicToolStreams } from './vendor-streams-anthropic-tools.ts';
import { chatFailures, chatOddities } from './vendor-streams-chat-oddities.ts';
import { chatServerStreams } from './vendor-streams-chat-servers.ts';
import { chatStreamsWithWholes } from './vendor-streams-chat-wholes.ts';
import { chatStreams } from './vendor-streams-chat.ts';
import { geminiEndStreams } from './vendor-streams-gemini-ends.ts';
import { geminiStreams } from './vendor-streams-gemini.ts';
import { geminiToolStreams } from './vendor-streams-gemini-tools.ts';
import { responsesStreams } from './vendor-streams-responses.ts';
import { responsesStepStreams } from './vendor-streams-responses-steps.ts';
import { responsesToolStreams } from './vendor-streams-responses-tools.ts';

/** Streams as vendors may send them, by what they speak. */
export const vendorStreams: Readonly<Record<Family, readonly VendorStream[]>> = {
  'openai-chat': [
    ...chatStreams,
    ...chatServerStreams,
    ...chatStreamsWithWholes,
    ...chatOddities,
    ...chatFailures,
  ],
  'openai-responses': [...responsesStreams, ...responsesToolStreams, ...responsesStepStreams],
  anthropic: [...anthropicStreams, ...anthropicToolStreams, ...anthropicResultStreams],
  gemini: [...geminiStreams, ...geminiToolStreams, ...geminiEndStreams],
};

/** A stream as it is on the wire. */
export function toWire(
  family: Family,
  { events, lead = '', form, terminal }: VendorStream,
): Buffer {
  const isTyped = family === 'anthropic' || family === 'openai-responses';
  const frames = events.map((event) => {
    const { type } = event as { type?: string };
    const name = isTyped && type !== undefined ? `event: ${type}\n` : '';
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  const end = terminal ?? (family === 'openai-chat' ? 'data: [DONE]\n\n' : '');
  const text = lead + frames.join('') + end;
  if (form !== 'crlf') return Buffer.from(text);
  return Buffer.from(text.replaceAll('data: ', 'data:').replaceAll('\n', '\r\n'));
}
