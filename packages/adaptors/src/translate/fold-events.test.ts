import { describe, expect, it } from '@jest/globals';
import type { CanonicalResponse, StreamEvent, Usage } from '@turnpike/core';
import { foldEvents } from './event-folder.ts';
import { replayResponse } from './replay-response.ts';

const usage: Usage = {
  input: { uncached: 7, cacheRead: 3, cacheWrite: 0 },
  output: { text: 5, reasoning: 2 },
  source: 'reported',
};

const answer: CanonicalResponse = {
  id: 'answer-1',
  model: 'some-model',
  createdAt: 1_790_000_000,
  serviceTier: 'default',
  extras: { gemini: { modelVersion: 'x' } },
  usage,
  losses: [],
  candidates: [
    {
      index: 0,
      parts: [
        {
          kind: 'reasoning',
          text: 'Let me see',
          state: [{ family: 'anthropic', kind: 'signature', value: 'c2ln' }],
        },
        {
          kind: 'text',
          text: 'Tolls are due.',
          annotations: [{ kind: 'url', url: 'https://toll.example' }],
        },
        {
          kind: 'tool-call',
          callId: 'call_1',
          name: 'pay',
          tool: 'function',
          argumentsJson: '{"sum": 1.0}',
        },
        { kind: 'tool-call', callId: 'call_2', name: 'sing', tool: 'custom', input: 'la la' },
        { kind: 'media', media: 'image', mime: 'image/png', source: { base64: 'aGk=' } },
      ],
      finish: { reason: 'tool-calls', raw: 'tool_use' },
      logprobs: { content: [{ token: 'Tolls' }] },
    },
    { index: 1, parts: [{ kind: 'refusal', text: 'No.' }], finish: { reason: 'refusal' } },
  ],
};

describe('folding a stream', () => {
  it('gives back the answer that was replayed', () => {
    expect(foldEvents(replayResponse(answer))).toEqual(answer);
  });

  it('gives the same answer from the deltas alone', () => {
    const deltas = replayResponse(answer).map((event): StreamEvent =>
      event.type === 'end' ? { type: 'end', candidate: event.candidate, part: event.part } : event,
    );
    expect(foldEvents(deltas)).toEqual(answer);
  });

  it('joins paragraphs of one reasoning item that were streamed apart', () => {
    const header = { kind: 'reasoning', form: 'summary', id: 'rs_1' } as const;
    const folded = foldEvents([
      { type: 'start', id: 'r', model: 'm', createdAt: 1 },
      { type: 'part', candidate: 0, part: 0, header },
      { type: 'text', candidate: 0, part: 0, delta: 'First ' },
      { type: 'text', candidate: 0, part: 0, delta: 'thought' },
      { type: 'end', candidate: 0, part: 0 },
      { type: 'part', candidate: 0, part: 1, header },
      { type: 'text', candidate: 0, part: 1, delta: 'Second' },
      {
        type: 'state',
        candidate: 0,
        part: 1,
        state: { family: 'openai-responses', kind: 'encrypted', value: 'x' },
      },
      { type: 'end', candidate: 0, part: 1 },
      { type: 'finish', candidate: 0, finish: { reason: 'stop' } },
      { type: 'done' },
    ]);
    expect(folded.candidates[0]!.parts).toEqual([
      {
        kind: 'reasoning',
        id: 'rs_1',
        summary: ['First thought', 'Second'],
        state: [{ family: 'openai-responses', kind: 'encrypted', value: 'x' }],
      },
    ]);
  });

  it('takes the last usage, and appends log probabilities', () => {
    const folded = foldEvents([
      { type: 'start', id: 'r', model: 'm', createdAt: 1, usage: { ...usage, seconds: 1 } },
      { type: 'part', candidate: 0, part: 0, header: { kind: 'text' } },
      { type: 'text', candidate: 0, part: 0, delta: 'a', logprobs: { content: [1] } },
      { type: 'text', candidate: 0, part: 0, delta: 'b', logprobs: { content: [2] } },
      { type: 'end', candidate: 0, part: 0 },
      { type: 'finish', candidate: 0, finish: { reason: 'stop' } },
      { type: 'usage', usage },
      { type: 'done' },
    ]);
    expect(folded.usage).toEqual(usage);
    expect(folded.candidates[0]!.logprobs).toEqual({ content: [1, 2] });
  });
});
