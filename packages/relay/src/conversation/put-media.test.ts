import { describe, expect, it } from '@jest/globals';
import { findClientCodec } from '@turnpike/adaptors';
import { putMedia } from './put-media.ts';

const url = 'https://example.com/a.png';
const request = findClientCodec('anthropic')!.decodeRequest(
  {
    model: 'm',
    max_tokens: 9,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look.' },
          { type: 'image', source: { type: 'url', url } },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'see', input: {} }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't',
            content: [{ type: 'image', source: { type: 'url', url } }],
          },
        ],
      },
    ],
  },
  { operation: 'messages', search: '', headers: {} },
);

describe('putMedia', () => {
  it('puts content where an address was, in results too, and nothing stands as it stood', () => {
    const put = putMedia(request, new Map([[url, { mime: 'image/png', base64: 'QUJD' }]]));
    const [first, , last] = put.turns;
    const content = { kind: 'media', mime: 'image/png', source: { base64: 'QUJD' } };
    expect(first?.parts[1]).toMatchObject(content);
    expect(first?.parts[1]?.origin).toBeUndefined();
    expect(first?.parts[0]).toBe(request.turns[0]?.parts[0]);
    expect(put.turns[1]).toBe(request.turns[1]);
    const [result] = last?.parts ?? [];
    expect(result).toMatchObject({ kind: 'tool-result', content: [content] });
    expect(result?.origin).toBeUndefined();
  });

  it('changes nothing where nothing was fetched', () => {
    expect(putMedia(request, undefined)).toBe(request);
    expect(putMedia(request, new Map())).toBe(request);
  });
});
