import { describe, expect, it } from '@jest/globals';
import { conversationOperations, type CanonicalResponse, type Family } from '@turnpike/core';
import { foldEvents } from '../../translate/event-folder.ts';
import { findClientCodec } from '../index.ts';
import { decodeStream, encodeStream } from '../testing/decode-stream.ts';
import { contextOf } from '../testing/translation.ts';
import { decodeChatResponse } from './decode-response.ts';
import { ChatStreamDecoder } from './stream-decoder.ts';

const dialect = { streamUsage: 'always' } as const;
const found = {
  citations: ['https://a.example', 'https://b.example'],
  search_results: [
    { title: 'Alpha', url: 'https://a.example' },
    { title: 'Beta', url: 'https://b.example' },
  ],
};
const text = 'Sô it is.[2] And arr[7] is not.';
const head = { id: 'p1', created: 7, model: 'sonar' };
const whole: Record<string, unknown> = {
  ...head,
  ...found,
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
};
const annotations = [
  { kind: 'url', url: 'https://b.example', title: 'Beta', start: 9, end: 12 },
  { kind: 'url', url: 'https://a.example', title: 'Alpha' },
];

function chunkOf(choice: object, more: object = {}): string {
  return `data: ${JSON.stringify({ ...head, ...more, choices: [{ index: 0, ...choice }] })}\n\n`;
}

function eventsOf(pieces: readonly string[]) {
  const chunks = pieces.map((content) => chunkOf({ delta: { content } }, found));
  const end = chunkOf({ delta: {}, finish_reason: 'stop' });
  return decodeStream(new ChatStreamDecoder(dialect), [Buffer.from(chunks.join('') + end)]);
}

function showAt(door: Family, response: CanonicalResponse): string {
  const context = contextOf(conversationOperations[door]);
  return JSON.stringify(findClientCodec(door)!.encodeResponse(response, context).body);
}

describe('what an upstream looked up, said beside its choices', () => {
  it('stands where the text names it, or belongs to all of it', () => {
    const [candidate] = decodeChatResponse(whole, dialect).candidates;
    expect(candidate!.parts).toEqual([{ kind: 'text', text, annotations }]);
  });

  it('is the same in a stream, wherever its marks are cut', () => {
    const expected = decodeChatResponse(whole, dialect);
    for (let at = 0; at < text.length; at += 1)
      expect(foldEvents(eventsOf([text.slice(0, at), text.slice(at)]))).toEqual(expected);
  });

  it('is named by address alone where there is no more', () => {
    const { search_results: _, ...plain } = whole;
    const [part] = decodeChatResponse(plain, dialect).candidates[0]!.parts;
    expect(part).toMatchObject({ annotations: [{ url: 'https://b.example' }, {}] });
    expect(part).not.toHaveProperty('annotations.0.title');
  });

  it('gives way to sources that the message names itself', () => {
    const own = { type: 'url_citation', url_citation: { url: 'https://own.example' } };
    const message = { content: text, annotations: [own] };
    const answer = { ...whole, choices: [{ index: 0, message, finish_reason: 'stop' }] };
    const [part] = decodeChatResponse(answer, dialect).candidates[0]!.parts;
    expect(part).toMatchObject({ annotations: [{ url: 'https://own.example' }] });
    expect(part).toHaveProperty('annotations.length', 1);
  });

  it.each([
    ['openai-responses', '"type":"url_citation","url":"https://b.example","title":"Beta"'],
    ['gemini', '"web":{"uri":"https://b.example","title":"Beta"}'],
    ['anthropic', '"type":"web_search_result_location","url":"https://b.example","title":"Beta"'],
  ] as const)('reaches clients of %s, whole and streamed', (door, form) => {
    expect(showAt(door, decodeChatResponse(whole, dialect))).toContain(form);
    const asked = contextOf(conversationOperations[door]);
    const context = { ...asked, path: { ...asked.path, isStream: true, search: '?alt=sse' } };
    const encoder = findClientCodec(door)!.createStreamEncoder(context);
    expect(encodeStream(encoder, eventsOf([text]))).toContain(form);
  });

  it.each([
    ['Zhipu', { web_search: [{ title: 'Alpha', link: 'https://a.example', refer: 'ref_1' }] }],
    ['Doubao', { references: [{ title: 'Alpha', url: 'https://a.example', site_name: 'A' }] }],
    [
      'Qwen',
      { search_info: { search_results: [{ index: 1, title: 'Alpha', url: 'https://a.example' }] } },
    ],
  ])('is read in the form of %s', (_vendor, said) => {
    const { citations: _c, search_results: _s, ...bare } = whole;
    const expected = [{ kind: 'url', url: 'https://a.example', title: 'Alpha' }];
    const [part] = decodeChatResponse({ ...bare, ...said }, dialect).candidates[0]!.parts;
    expect(part).toMatchObject({ annotations: expected });
    const chunks =
      chunkOf({ delta: { content: text } }, said) + chunkOf({ delta: {}, finish_reason: 'stop' });
    const events = decodeStream(new ChatStreamDecoder(dialect), [Buffer.from(chunks)]);
    expect(foldEvents(events).candidates[0]!.parts[0]).toMatchObject({ annotations: expected });
  });

  it.each([[{ web_search: [{}, 'none'.length] }], [{ references: null, search_info: 'no' }]])(
    'is nothing where nothing has an address: %j',
    (said) => {
      const { citations: _c, search_results: _s, ...bare } = whole;
      const [part] = decodeChatResponse({ ...bare, ...said }, dialect).candidates[0]!.parts;
      expect(part).toEqual({ kind: 'text', text });
    },
  );
});
