import { describe, expect, it } from '@jest/globals';
import { readRealtimeEvent } from './read-realtime-event.ts';

const usage = {
  total_tokens: 253,
  input_tokens: 132,
  output_tokens: 121,
  input_token_details: {
    text_tokens: 119,
    audio_tokens: 13,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 60, audio_tokens: 4 },
  },
  output_token_details: { text_tokens: 30, audio_tokens: 91 },
};

describe('events of the Realtime API', () => {
  it('bill a response by buckets that never overlap', () => {
    const event = { type: 'response.done', response: { id: 'r', usage } };
    expect(readRealtimeEvent(JSON.stringify(event))).toEqual({
      kind: 'done',
      usage: {
        input: { uncached: 59, cacheRead: 64, cacheWrite: 0, audio: 9, image: 0 },
        output: { text: 30, reasoning: 0, audio: 91 },
        source: 'reported',
      },
    });
  });

  it('bill a transcript by its seconds', () => {
    const type = 'conversation.item.input_audio_transcription.completed';
    const event = { type, usage: { type: 'duration', seconds: 7 } };
    expect(readRealtimeEvent(JSON.stringify(event))).toMatchObject({
      kind: 'done',
      usage: { seconds: 7 },
    });
  });

  it('tell what is generated from what is not', () => {
    expect(readRealtimeEvent('{"type":"response.created"}')).toEqual({ kind: 'begun' });
    const delta = '{"type":"response.output_text.delta","delta":"Zölle"}';
    expect(readRealtimeEvent(delta)).toEqual({ kind: 'delta', bytes: delta.length + 1 });
    expect(readRealtimeEvent('{"type":"session.created"}')).toBeUndefined();
    expect(readRealtimeEvent('{"type":"response.done"}')).toEqual({
      kind: 'done',
      usage: undefined,
    });
  });
});
