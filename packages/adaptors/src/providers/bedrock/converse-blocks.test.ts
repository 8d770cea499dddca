import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, Family } from '@turnpike/core';
import { findClientCodec } from '../../families/index.ts';
import { contextOf } from '../../families/testing/translation.ts';
import { decodeMessage } from '../../families/anthropic/decode-response.ts';
import { MessagesStreamDecoder } from '../../families/anthropic/stream-decoder.ts';
import { checkGrammar } from '../../families/testing/decode-stream.ts';
import { foldEvents } from '../../translate/event-folder.ts';
import { ConverseFrameDecoder } from './converse-frames.ts';
import { toMessage } from './converse-response.ts';

const dialect = { streamUsage: 'always' } as const;
const usage = { inputTokens: 9, outputTokens: 4, totalTokens: 13 };

function whole(content: readonly object[], more: object = {}): CanonicalResponse {
  const output = { message: { role: 'assistant', content } };
  return decodeMessage(toMessage({ output, stopReason: 'end_turn', usage, ...more }), dialect);
}

/** Each block as the events between its beginning and its end; `start` where it has one. */
function streamed(
  blocks: readonly { start?: object; deltas: readonly object[] }[],
  more: object = {},
): CanonicalResponse {
  const events = blocks.flatMap(({ start, deltas }, contentBlockIndex): [string, object][] => [
    ...(start === undefined
      ? []
      : [['contentBlockStart', { contentBlockIndex, start }] as [string, object]]),
    ...deltas.map((delta): [string, object] => ['contentBlockDelta', { contentBlockIndex, delta }]),
    ['contentBlockStop', { contentBlockIndex }],
  ]);
  const frames = new ConverseFrameDecoder();
  const decoder = new MessagesStreamDecoder(dialect);
  const heard = [
    ['messageStart', { role: 'assistant' }] as const,
    ...events,
    ['messageStop', { stopReason: 'end_turn' }] as const,
    ['metadata', { usage, ...more }] as const,
  ].flatMap(([event, payload]) =>
    frames
      .push({ event, data: JSON.stringify(payload), id: undefined })
      .flatMap((frame) => [...decoder.push(frame)]),
  );
  checkGrammar([...heard, ...decoder.end()]);
  return foldEvents(heard);
}

const partsOf = ({ candidates }: CanonicalResponse): unknown =>
  JSON.parse(JSON.stringify(candidates[0]?.parts));

function shown(answer: CanonicalResponse, door: Family) {
  const operation = door === 'anthropic' ? 'messages' : 'chat';
  const { body, losses } = findClientCodec(door)!.encodeResponse(answer, contextOf(operation));
  return { body, told: losses.map(({ severity, what, at }) => `${severity} ${what} ${at}`) };
}

const picture = Buffer.from('a picture');
const image = { format: 'webp', source: { bytes: picture.toString('base64') } };
const halves = [picture.subarray(0, 4), picture.subarray(4)];

describe('pictures of Converse', () => {
  const stream = streamed([
    {
      start: { image: { format: 'webp' } },
      deltas: halves.map((half) => ({ image: { source: { bytes: half.toString('base64') } } })),
    },
  ]);

  it('come in pieces of bytes, and are the same as in a whole answer', () => {
    expect(partsOf(stream)).toEqual(partsOf(whole([{ image }])));
    expect(shown(stream, 'openai-chat').body).toMatchObject({
      choices: [
        {
          message: {
            images: [
              { image_url: { url: `data:image/webp;base64,${picture.toString('base64')}` } },
            ],
          },
        },
      ],
    });
  });

  it('have no place in a message, which is told', () => {
    expect(shown(stream, 'anthropic')).toMatchObject({
      body: { content: [] },
      told: ['fatal dropped answer.image'],
    });
  });

  it('that could not be made are counted', () => {
    const failed = streamed([
      { start: { image: { format: 'png' } }, deltas: [{ image: { error: { message: 'no' } } }] },
    ]);
    expect(partsOf(failed)).toEqual(partsOf(whole([{ image: { error: { message: 'no' } } }])));
    expect(shown(failed, 'anthropic')).toMatchObject({
      body: { content: [] },
      told: ['info dropped answer.image'],
    });
  });

  it('that are stored go on by their address', () => {
    const uri = 's3://bucket/a.png';
    const stored = whole([{ image: { format: 'png', source: { s3Location: { uri } } } }]);
    expect(partsOf(stored)).toMatchObject([{ kind: 'media', source: { url: uri } }]);
  });
});

describe('what Bedrock ran itself', () => {
  const run = { toolUseId: 'tooluse_a', name: 'nova_code_interpreter', type: 'server_tool_use' };
  const printed = { stdOut: '7\n', stdErr: '', exitCode: 0, isError: false };
  const chart = { image };
  const answer = whole([
    { toolUse: { ...run, input: { snippet: 'print(7)' } } },
    {
      toolResult: {
        toolUseId: 'tooluse_a',
        type: 'nova_code_interpreter_result',
        status: 'success',
        content: [{ json: printed }, chart],
      },
    },
    { text: 'Seven.' },
  ]);

  it('is code with what it printed, and the pictures that it made', () => {
    expect(partsOf(answer)).toMatchObject([
      { kind: 'tool-call', tool: 'hosted', step: { kind: 'code', code: 'print(7)' } },
      { kind: 'tool-result', outcome: { kind: 'output', text: '7\n', exitCode: 0 } },
      { kind: 'media', source: { base64: image.source.bytes } },
      { kind: 'text', text: 'Seven.' },
    ]);
  });

  it('is the same in a stream, where it comes in pieces', () => {
    const stream = streamed([
      {
        start: { toolUse: run },
        deltas: ['{"snippet":', '"print(7)"}'].map((input) => ({ toolUse: { input } })),
      },
      {
        start: { toolResult: { toolUseId: 'tooluse_a', status: 'success' } },
        deltas: [{ toolResult: [{ json: printed }] }, { toolResult: [chart] }],
      },
      { deltas: [{ text: 'Sev' }, { text: 'en.' }] },
    ]);
    expect(partsOf(stream)).toEqual(partsOf(answer));
  });

  it('is marked for an Anthropic client as not signed by Anthropic', () => {
    const { body, told } = shown(answer, 'anthropic');
    expect(body['content']).toMatchObject([
      { type: 'server_tool_use', id: 'srvtoolu_Xgw1_tooluse_a', name: 'code_execution' },
      { type: 'code_execution_tool_result', tool_use_id: 'srvtoolu_Xgw1_tooluse_a' },
      { type: 'text', text: 'Seven.' },
    ]);
    expect(told).toEqual(['fatal dropped answer.image']);
  });

  it('is a search with the pages that it found, or words that are counted', () => {
    const call = { toolUseId: 't1', name: 'nova_grounding', type: 'server_tool_use' };
    const page = { source: 'https://a.example/', title: 'A', content: [{ text: 'cats' }] };
    const found = (content: object[]) =>
      whole([
        { toolUse: { ...call, input: { query: 'cats' } } },
        { toolResult: { toolUseId: 't1', content } },
      ]);
    expect(partsOf(found([{ searchResult: page }]))).toMatchObject([
      { step: { kind: 'search', queries: ['cats'] } },
      { outcome: { kind: 'pages', pages: [{ url: 'https://a.example/', title: 'A' }] } },
    ]);
    expect(shown(found([{ text: 'Cats ' }]), 'anthropic').told).toEqual([
      'info dropped answer.tool_result',
    ]);
    const failed = whole([
      { toolResult: { toolUseId: 't1', type: 'nova_grounding_result', status: 'error' } },
    ]);
    expect(partsOf(failed)).toMatchObject([{ isError: true }]);
  });
});

describe('other members of Converse’s answers', () => {
  it('are text where they are text, and counted where nothing is like them', () => {
    const answer = whole([
      { guardContent: { text: { text: 'Safe.', qualifiers: [] } } },
      { audio: { format: 'mp3', source: { bytes: 'AA==' } } },
    ]);
    expect(partsOf(answer)).toMatchObject([{ text: 'Safe.' }, { itemType: 'audio' }]);
    for (const door of ['anthropic', 'openai-chat'] as const)
      expect(shown(answer, door).told).toEqual([expect.stringMatching(/^info dropped answer\./)]);
    expect(shown(answer, 'anthropic').body['content']).toHaveLength(1);
  });

  it('name the tier, whole and in a stream', () => {
    const tier = { serviceTier: { type: 'priority' } };
    expect(whole([{ text: 'Hi' }], tier).serviceTier).toBe('priority');
    expect(streamed([{ deltas: [{ text: 'Hi' }] }], tier).serviceTier).toBe('priority');
  });

  it('keep white space of thoughts that stands alone in a piece', () => {
    const stream = streamed([
      { deltas: ['So', '\n', 'it is'].map((text) => ({ reasoningContent: { text } })) },
    ]);
    const thought = { reasoningText: { text: 'So\nit is' } };
    expect(partsOf(stream)).toEqual(partsOf(whole([{ reasoningContent: thought }])));
  });
});
