import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFormRequest } from '../families/media/read-form-request.ts';
import { MultipartScanner, readBoundary, type FormBody } from './multipart-scanner.ts';
import { setFormFields } from './splice-form.ts';
import { cutAt } from './testing/cut-at.ts';

const limits = { maxFileBytes: 1024 * 1024, maxParts: 20 };

function scan(body: Buffer, cuts: readonly number[] = [], boundary = 'b1'): FormBody {
  const scanner = new MultipartScanner(boundary, limits);
  for (const chunk of cutAt(body, cuts)) scanner.push(chunk);
  return scanner.end();
}

const field = (name: string, value: string): string =>
  `--b1\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const file = (name: string, bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--b1\r\ncontent-disposition: form-data; name="${name}"; filename="a \\"b\\".mp3"\r\nContent-Type: audio/mpeg\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);

const audio = Buffer.concat([
  Buffer.from('\r\n--b\r\n--b1x\r\n-'.repeat(3)),
  Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 256)),
]);

const form = Buffer.concat([
  Buffer.from('a preamble\r\n'),
  Buffer.from(field('model', 'whisper-1')),
  file('file', audio),
  Buffer.from(field('response_format', 'json')),
  Buffer.from('--b1--\r\nan epilogue'),
]);

function reasonOf(body: Buffer | string): string {
  try {
    scan(Buffer.from(body as string));
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('MultipartScanner', () => {
  it('reports each part with its byte range, and the text of small fields', () => {
    const { parts, byteLength } = scan(form);

    expect(byteLength).toBe(form.length);
    expect(parts).toMatchObject([
      { name: 'model', filename: undefined, value: 'whisper-1' },
      { name: 'file', filename: 'a "b".mp3', contentType: 'audio/mpeg', value: undefined },
      { name: 'response_format', value: 'json' },
    ]);
    expect(form.subarray(parts[1]!.valueStart, parts[1]!.valueEnd).equals(audio)).toBe(true);
  });

  it('finds the same parts wherever the bytes are cut', () => {
    const whole = scan(form);
    fc.assert(
      fc.property(fc.array(fc.nat(form.length)), (cuts) => {
        expect(scan(form, cuts)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
    expect(
      scan(
        form,
        Array.from({ length: form.length }, (_, index) => index),
      ),
    ).toEqual(whole);
  });

  it('keeps the text of fields up to 64 KiB', () => {
    const end = '--b1--\r\n';

    expect(scan(Buffer.from(field('a', 'x'.repeat(65_536)) + end)).parts[0]?.value).toHaveLength(
      65_536,
    );
    expect(scan(Buffer.from(field('a', 'x'.repeat(65_537)) + end)).parts[0]?.value).toBeUndefined();
  });

  it('takes a form without parts, and fields without a value', () => {
    expect(scan(Buffer.from('--b1--\r\n')).parts).toEqual([]);
    expect(scan(Buffer.from(`${field('a', '')}--b1--`)).parts).toMatchObject([
      { name: 'a', value: '' },
    ]);
  });

  it.each([
    ['', 'it has no parts'],
    ['hello', 'it has no parts'],
    [field('a', 'x'), 'it ends before its closing boundary'],
    ['--b1\r\nContent-Type: text/plain\r\n\r\nx\r\n--b1--', 'a part has no name'],
    ['--b1\r\nContent-Disposition: attachment; name="a"\r\n\r\nx\r\n--b1--', 'a part has no name'],
    ['--b1\nContent-Disposition: form-data; name="a"\n\nx\n--b1--', 'must end with CR LF'],
    [`--b1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n--b1--`, 'headers of a part are too long'],
    [`--b1\r\nX: ${'x'.repeat(20_000)}`, 'headers of a part are too long'],
    [`${field('a', 'x').repeat(21)}--b1--`, 'more than 20 parts'],
  ])('refuses %j and says what is wrong', (body, reason) => {
    expect(reasonOf(body)).toContain(reason);
  });

  it('refuses a file over the limit while it arrives', () => {
    const closed = (bytes: number): Buffer =>
      Buffer.concat([file('file', Buffer.alloc(bytes)), Buffer.from('--b1--')]);

    expect(reasonOf(closed(limits.maxFileBytes))).toBe('accepted');
    expect(reasonOf(closed(limits.maxFileBytes + 1))).toContain('1 MiB in one file');
  });
});

describe('readBoundary', () => {
  it.each([
    ['multipart/form-data; boundary=b1', 'b1'],
    ['Multipart/Form-Data; charset=utf-8; boundary="b 1"', 'b 1'],
    ['multipart/form-data;boundary=----WebKit-x; foo=bar', '----WebKit-x'],
  ])('reads %j', (type, boundary) => {
    expect(readBoundary(type)).toBe(boundary);
  });

  it.each([
    undefined,
    '',
    'application/json',
    'multipart/form-data',
    'multipart/mixed; boundary=b',
  ])('refuses %j', (type) => {
    expect(() => readBoundary(type)).toThrow('boundary');
  });
});

describe('setFormFields', () => {
  const rebuild = (body: Buffer, ...values: [string, string][]): Buffer => {
    const { segments, byteLength } = setFormFields(scan(body), new Map(values));
    const built = Buffer.concat(
      segments.map((piece) =>
        Buffer.isBuffer(piece) ? piece : body.subarray(piece.start, piece.end),
      ),
    );
    expect(built.length).toBe(byteLength);
    return built;
  };

  it('replaces the value and no other byte', () => {
    const expected = form.toString('latin1').replace('whisper-1', 'up');

    expect(rebuild(form, ['model', 'up']).toString('latin1') === expected).toBe(true);
  });

  it('replaces every occurrence', () => {
    const body = Buffer.from(
      `${field('model', 'cheap')}${field('x', '1')}${field('model', 'dear')}--b1--`,
    );

    expect(scan(rebuild(body, ['model', 'up'])).parts.map(({ value }) => value)).toEqual([
      'up',
      '1',
      'up',
    ]);
  });

  it.each([form, Buffer.from('--b1--\r\n')])('adds a field that is absent', (body) => {
    const rebuilt = scan(rebuild(body, ['extra', 'v'])).parts;

    expect(rebuilt.at(-1)).toMatchObject({ name: 'extra', value: 'v' });
    expect(rebuilt).toHaveLength(scan(body).parts.length + 1);
  });
});

describe('several fields', () => {
  it.each([`${field('model', 'cheap')}${field('x', '1')}--b1--`, '--b1--\r\n'])(
    'are replaced where they are, and added where not',
    (text) => {
      const body = Buffer.from(text);
      const values = new Map([
        ['model', 'up'],
        ['user', ''],
        ['n', '2'],
      ]);
      const { segments } = setFormFields(scan(body), values);
      const built = Buffer.concat(
        segments.map((piece) =>
          Buffer.isBuffer(piece) ? piece : body.subarray(piece.start, piece.end),
        ),
      );
      const parts = scan(built).parts.filter(({ name }) => name !== 'x');
      expect(parts.map(({ name, value }) => [name, value])).toEqual([...values]);
    },
  );
});

describe('readFormRequest', () => {
  it('reads what prices and routes an upload', () => {
    expect(readFormRequest('transcription', scan(form))).toMatchObject({
      model: 'whisper-1',
      isModelImplied: false,
      isStream: false,
      hasTextOutput: false,
      choices: 1,
      estimate: { soft: { seconds: 1 } },
    });
  });

  it('names the default model where the form has none, and the last of two', () => {
    const withModels = (...models: string[]) =>
      readFormRequest(
        'transcription',
        scan(
          Buffer.concat([
            file('file', Buffer.from('x')),
            Buffer.from(`${models.map((model) => field('model', model)).join('')}--b1--`),
          ]),
        ),
      );

    expect(withModels()).toMatchObject({ model: 'whisper-1', isModelImplied: true });
    expect(withModels('cheap', 'dear')).toMatchObject({ model: 'dear', duplicatedKeys: ['model'] });
  });

  it('refuses an upload without a file, and a senseless count', () => {
    expect(() =>
      readFormRequest('image-edit', scan(Buffer.from(`${field('n', '1')}--b1--`))),
    ).toThrow("'image' is required");
    const body = Buffer.concat([
      file('image[]', Buffer.from('x')),
      Buffer.from(`${field('n', '0')}--b1--`),
    ]);
    expect(() => readFormRequest('image-edit', scan(body))).toThrow("'n' must be a whole number");
  });
});
