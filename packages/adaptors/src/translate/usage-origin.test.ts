import { describe, expect, it } from '@jest/globals';
import { conversationOperations, families, type Family, type JsonRecord } from '@turnpike/core';
import { findClientCodec, findUpstreamCodec } from '../families/index.ts';
import { encodeStream } from '../families/testing/decode-stream.ts';
import { contextOf } from '../families/testing/translation.ts';
import { replayResponse } from './replay-response.ts';
import { withOwnFigures } from './usage-origin.ts';

const dialect = { streamUsage: 'always' } as const;

/** An answer of each family with figures that nobody here knows. */
const answers: Readonly<Record<Family, JsonRecord>> = {
  'openai-chat': {
    id: 'chatcmpl-1',
    choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 9,
      completion_tokens: 4,
      total_tokens: 13,
      completion_tokens_details: { accepted_prediction_tokens: 3 },
      new_figure: 77,
    },
  },
  'openai-responses': {
    id: 'resp_1',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }],
    status: 'completed',
    usage: { input_tokens: 9, output_tokens: 4, total_tokens: 13, new_figure: 77 },
  },
  anthropic: {
    id: 'msg_1',
    type: 'message',
    content: [{ type: 'text', text: 'Hi' }],
    stop_reason: 'end_turn',
    usage: {
      input_tokens: 9,
      output_tokens: 4,
      server_tool_use: { web_fetch_requests: 2 },
      new_figure: 77,
    },
  },
  gemini: {
    responseId: 'g1',
    candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    usageMetadata: {
      promptTokenCount: 9,
      candidatesTokenCount: 4,
      totalTokenCount: 13,
      newFigure: 77,
    },
  },
};

function showAt(door: Family, from: Family): { whole: string; streamed: string } {
  const response = findUpstreamCodec(from)!.decodeResponse(answers[from], dialect);
  const codec = findClientCodec(door)!;
  const asked = contextOf(conversationOperations[door]);
  const context = { ...asked, path: { ...asked.path, isStream: true, search: '?alt=sse' } };
  return {
    whole: JSON.stringify(codec.encodeResponse(response, asked).body),
    streamed: encodeStream(codec.createStreamEncoder(context), replayResponse(response)),
  };
}

const unknown = /"new_?[fF]igure":77/;

describe('figures as the upstream wrote them', () => {
  it.each(families)('reach clients of its family, %s, with what nobody here knows', (family) => {
    const { whole, streamed } = showAt(family, family);
    expect(whole).toMatch(unknown);
    expect(streamed).toMatch(unknown);
  });

  it.each(families)('of %s reach no client of another family', (from) => {
    for (const door of families.filter((family) => family !== from)) {
      const { whole, streamed } = showAt(door, from);
      expect(whole + streamed).not.toMatch(unknown);
      expect(whole).toMatch(/"(?:prompt_tokens|input_tokens|promptTokenCount)":9\b/);
    }
  });

  it('are part of a stream’s answer too', () => {
    const frame = `data: ${JSON.stringify(answers.gemini)}\n\n`;
    const decoder = findUpstreamCodec('gemini')!.createStreamDecoder(dialect);
    const events = decoder.push({ event: undefined, id: undefined, data: frame.slice(6).trim() });
    expect(events).toContainEqual(
      expect.objectContaining({
        usageOrigin: { family: 'gemini', raw: answers.gemini['usageMetadata'] },
      }),
    );
  });

  it('win over what was made of them, and are filled in where they say nothing', () => {
    const made = { a: 0, details: { b: 1, c: 2 }, rest: null };
    const raw = { a: 5, details: { b: 7, d: 8 }, more: { e: 1 }, rest: null };
    expect(withOwnFigures(made, { family: 'gemini', raw }, 'gemini')).toEqual({
      a: 5,
      details: { b: 7, c: 2, d: 8 },
      rest: null,
      more: { e: 1 },
    });
    expect(withOwnFigures(made, { family: 'gemini', raw }, 'anthropic')).toBe(made);
    expect(withOwnFigures(made, undefined, 'gemini')).toBe(made);
  });
});
