import {
  hasRecorded,
  listRecorded,
  readRecorded,
} from '../../../../packages/adaptors/src/families/testing/recorded.ts';
import { encodeEvent } from '../render-bedrock.ts';
import type { Json } from './gist.ts';
import type { RecordedForm } from './read-gist.ts';

/** A stream that a real provider sent. */
export interface Recording {
  /** Such as `anthropic/anthropic-text`. */
  name: string;
  form: RecordedForm;
  /** Of the channel that leads to the provider. */
  channelType: number;
  /** What the channel's config says besides. */
  config?: Json;
}

/** Folders of recorded streams: who speaks there, and how. */
const folders: Readonly<Record<string, Omit<Recording, 'name'>>> = {
  alibaba: { form: 'openai-chat', channelType: 49 },
  'amazon-bedrock': { form: 'bedrock-converse', channelType: 33 },
  anthropic: { form: 'anthropic', channelType: 14 },
  azure: { form: 'openai-responses', channelType: 1 },
  cohere: { form: 'cohere', channelType: 35 },
  'deepseek/chat': { form: 'openai-chat', channelType: 36 },
  google: { form: 'gemini', channelType: 24 },
  mistral: { form: 'openai-chat', channelType: 28 },
  moonshotai: { form: 'openai-chat', channelType: 25 },
  'open-responses/responses': { form: 'openai-responses', channelType: 1 },
  'openai-compatible/chat': { form: 'openai-chat', channelType: 50 },
  'openai/chat': { form: 'openai-chat', channelType: 1 },
  'openai/responses': { form: 'openai-responses', channelType: 1 },
  perplexity: { form: 'openai-chat', channelType: 50 },
  xai: { form: 'openai-chat', channelType: 45 },
  'xai/responses': { form: 'openai-responses', channelType: 45 },
};

export { hasRecorded };

/** Every recorded stream of a conversation that is on this machine. */
export function listRecordings(): readonly Recording[] {
  return Object.entries(folders).flatMap(([folder, facts]) =>
    listRecorded([folder]).flatMap((file) => {
      const name = file.replace(/\.(chunks\.txt|sse)$/, '');
      return name === file ? [] : [{ name, ...facts }];
    }),
  );
}

/** The payloads of a recording's events, in order. */
export function readEvents({ name }: Recording): Json[] {
  return linesOf(name).map((line) => JSON.parse(line) as Json);
}

function linesOf(name: string): string[] {
  const isWire = name === 'openai-compatible/chat/anthropic-fallback-tool-call';
  const lines = readRecorded(name + (isWire ? '.sse' : '.chunks.txt'))
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '' && line !== 'data: [DONE]');
  return isWire ? lines.map((line) => line.replace(/^data: /, '')) : lines;
}

/** A recording as it was on the wire. */
export function toWire({ name, form }: Recording): Buffer {
  const lines = linesOf(name);
  switch (form) {
    case 'bedrock-converse':
      return Buffer.concat(
        lines.flatMap((line) =>
          Object.entries(JSON.parse(line) as Record<string, object>).map(([type, payload]) =>
            encodeEvent(type, payload),
          ),
        ),
      );
    case 'openai-chat':
      return Buffer.from([...lines, '[DONE]'].map((line) => `data: ${line}\n\n`).join(''));
    case 'gemini':
      return Buffer.from(lines.map((line) => `data: ${line}\r\n\r\n`).join(''));
    default:
      return Buffer.from(
        lines
          .map((line) => `event: ${(JSON.parse(line) as { type: string }).type}\ndata: ${line}\n\n`)
          .join(''),
      );
  }
}
