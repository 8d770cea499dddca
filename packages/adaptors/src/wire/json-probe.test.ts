import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { probeJson, tryProbeJson } from './json-probe.ts';

const probe = (text: string) => probeJson(Buffer.from(text));

function reasonOf(body: Buffer | string): string {
  try {
    probeJson(Buffer.from(body as string));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('probeJson', () => {
  it('lists the top-level members with their byte ranges and kinds', () => {
    const text =
      '{ "model" : "é", "messages":[{"model":"inner"}],"n":1.0,"s":true,"u":null,"o":{} }';
    const { members, body } = probe(text);

    expect(members.map(({ key, kind }) => [key, kind])).toEqual([
      ['model', 'string'],
      ['messages', 'array'],
      ['n', 'number'],
      ['s', 'boolean'],
      ['u', 'null'],
      ['o', 'object'],
    ]);
    expect(members.map((m) => body.toString('utf8', m.valueStart, m.valueEnd))).toEqual([
      '"é"',
      '[{"model":"inner"}]',
      '1.0',
      'true',
      'null',
      '{}',
    ]);
  });

  it('reads scalars, and decodes escapes in keys and values', () => {
    const seen = probe('{"mod\\u0065l":"a\\"b","n":-1.5e2,"t":false,"z":null,"l":[1]}');

    expect(seen.scalar(seen.last('model'))).toBe('a"b');
    expect(seen.scalar(seen.last('n'))).toBe(-150);
    expect(seen.scalar(seen.last('t'))).toBe(false);
    expect(seen.scalar(seen.last('z'))).toBeNull();
    expect(seen.scalar(seen.last('l'))).toBeUndefined();
    expect(seen.scalar(undefined)).toBeUndefined();
  });

  it('keeps every duplicate and tells which member the last reader sees', () => {
    const seen = probe('{"model":"cheap","n":1,"mod\\u0065l":"dear"}');

    expect(seen.members).toHaveLength(3);
    expect(seen.scalar(seen.last('model'))).toBe('dear');
    expect(seen.duplicatesAmong(new Set(['model', 'n', 'absent']))).toEqual(['model']);
  });

  it.each(['Model', 'MODEL', 'mode\u006c'.toUpperCase(), 'ſtream', 'max_to\u212aens'])(
    'finds %s, which a reader that ignores case takes for a known key',
    (key) => {
      const keys = new Set(['model', 'stream', 'max_tokens']);

      expect(probe(JSON.stringify({ [key]: 1, model: 'x' })).caseVariantsOf(keys)).toEqual([key]);
      expect(probe('{"model":1,"other":2,"Else":3}').caseVariantsOf(keys)).toEqual([]);
    },
  );

  it.each([
    ['', 'it is empty'],
    ['   ', 'an object was expected, but it ends at byte 3'],
    ['[]', "an object was expected at byte 0, not '['"],
    ['"x"', "an object was expected at byte 0, not '\"'"],
    ['\ufeff{}', 'byte-order mark'],
    ['{"a":1', 'ends at byte 6'],
    ['{"a":1}x', "the end was expected at byte 7, not 'x'"],
    ['{"a":1}{}', 'the end was expected'],
    ['{"a":1,}', "a key in double quotes was expected at byte 7, not '}'"],
    ['{,}', 'a key in double quotes'],
    ['{a:1}', 'a key in double quotes'],
    ['{"a" 1}', "':' was expected"],
    ['{"a":}', 'a value was expected'],
    ['{"a":"x}', 'a string that begins at byte 5 is not closed'],
    ['{"a":"x\\"}', 'is not closed'],
    ['{"a":tru}', 'a value was expected'],
    ['{"a":nulL}', 'a value was expected'],
    ['{"a":01}', "',' or '}' was expected"],
    ['{"a":1.}', 'a value was expected'],
    ['{"a":-}', 'a value was expected'],
    ['{"a":1e}', 'a value was expected'],
    ['{"a":+1}', 'a value was expected'],
    ['{"a":NaN}', 'a value was expected'],
    ["{'a':1}", 'a key in double quotes'],
    ['{"a":[1,]}', 'a value was expected'],
    ['{"a":[1 2]}', "',' or ']' was expected"],
    ['{"a":[1}}', "',' or ']' was expected"],
    ['{"a":{"b":1]}', "',' or '}' was expected"],
    ['{"a":\u00011}', 'not byte value 1'],
    ['{"a":1}\0', 'not byte value 0'],
    ['{"\\x":1}', 'has a bad escape'],
    ['{"a":1 /* no */}', "',' or '}' was expected"],
  ])('refuses %j and says what is wrong', (text, reason) => {
    expect(reasonOf(text)).toContain(reason);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(reasonOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toContain('UTF-8');
  });

  it('refuses 200 000 levels of nesting without falling over, and allows 512', () => {
    expect(reasonOf(`{"a":${'['.repeat(200_000)}`)).toContain('nested deeper than 512');
    expect(reasonOf(`{"a":${'['.repeat(511)}${']'.repeat(511)}}`)).toBe('accepted');
    expect(reasonOf(`{"a":${'['.repeat(513)}${']'.repeat(513)}}`)).toContain('nested deeper');
  });

  it('takes 300 000 nested keys and at most 4 096 of its own', () => {
    const nested = Array.from({ length: 300_000 }, (_, i) => `"k${i}":${i}`).join(',');
    const own = (count: number): string =>
      `{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}`;

    expect(reasonOf(`{"o":{${nested}}}`)).toBe('accepted');
    expect(reasonOf(own(4096))).toBe('accepted');
    expect(reasonOf(own(4097))).toContain('more than 4096 members');
  });

  it('agrees with JSON.parse about every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const seen = probe(text);
        const rebuilt = seen.members.map((m) => [m.key, JSON.parse(seen.text(m)) as unknown]);

        expect(Object.fromEntries(rebuilt)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('accepts and refuses damaged objects as JSON.parse does', () => {
    const damaged = fc
      .tuple(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.nat(),
        fc.constantFrom(...Array.from('{}[]",:1e-. ')),
      )
      .map(([object, at, byte]) => {
        const text = JSON.stringify(object);
        const index = at % text.length;
        return text.slice(0, index) + byte + text.slice(index + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          parsed = undefined;
        }
        const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
        const seen = tryProbeJson(Buffer.from(text));
        // What is wrong inside a string is left to the upstream; all structure is checked here.
        if (isObject) expect(seen).toBeDefined();
        else if (!text.includes('\\')) expect(seen).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  it('counts what a body carries besides text', () => {
    const image = `data:image/png;base64,${'A'.repeat(1000)}`;
    const { media } = probe(
      JSON.stringify({
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'data:image/png is not media here, nor is http://x' },
              { type: 'image_url', image_url: { url: image } },
              { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
              { type: 'input_audio', input_audio: { data: 'B'.repeat(2000), format: 'wav' } },
              { type: 'file', file: { file_id: 'file-1' } },
              {
                type: 'file',
                file: { file_data: `data:application/pdf;base64,${'C'.repeat(50)}` },
              },
            ],
          },
        ],
      }),
    );

    expect(media).toEqual({
      inlineImages: 1,
      inlineImageBytes: image.length + 2,
      inlineAudioBytes: 2002,
      inlineFileBytes: 'data:application/pdf;base64,'.length + 52,
      remote: 2,
    });
  });

  it.each([
    ['a PNG', 'iVBORw0KGgoAAAAN', 'inlineImages', 1],
    ['a JPEG', '/9j/4AAQSkZJRgAB', 'inlineImages', 1],
    ['a WebP', 'UklGRiQAAABXRUJQVlA4', 'inlineImages', 1],
    ['a WAV', 'UklGRiQAAABXQVZFZm10', 'inlineAudioBytes', 1020 + 2],
    ['a PDF', 'JVBERi0xLjcKJcTl', 'inlineFileBytes', 1016 + 2],
  ] as const)(
    'tells %s by how it begins where its type stands beside it',
    (_title, head, key, n) => {
      const data = head + 'A'.repeat(1000);
      const body = { contents: [{ parts: [{ inlineData: { mimeType: 'x/y', data } }] }] };

      expect(probe(JSON.stringify(body)).media[key]).toBe(n);
    },
  );
});
