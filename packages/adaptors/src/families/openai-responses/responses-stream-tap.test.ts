import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { completionTokensOf, promptTokensOf } from '@turnpike/core';
import { cutAt } from '../../wire/testing/cut-at.ts';
import type { SseTap } from '../../wire/sse-tap.ts';
import { hasRecorded, readRecorded, readRecordedStream } from '../testing/recorded.ts';
import { createResponsesStreamTap } from './responses-stream-tap.ts';

const createTap = (): SseTap => createResponsesStreamTap({ streamUsage: 'always' });

function relay(tap: SseTap, chunks: readonly (Buffer | string)[]): string {
  const sent = chunks.flatMap((chunk) => [...tap.push(Buffer.from(chunk as string))]);
  return Buffer.concat([...sent, ...tap.end()]).toString();
}

function event(type: string, rest: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}

const created = event('response.created', { response: { usage: null } });
const added = event('response.output_item.added', { item: {} });
const delta = event('response.output_text.delta', { delta: 'Hé "' });
const usage = { input_tokens: 10, output_tokens: 3, total_tokens: 13 };
const completed = event('response.completed', { response: { status: 'completed', usage } });

describe('createResponsesStreamTap', () => {
  it('withholds the event that completes the response until it is asked for', () => {
    const tap = createTap();

    expect(relay(tap, [created, added, delta, completed])).toBe(created + added + delta);
    expect(tap.terminal().toString()).toBe(completed);
    expect(tap.facts).toMatchObject({ isMeaningful: true, hasFinish: true, isTerminated: true });
    expect(promptTokensOf(tap.facts.usage!)).toBe(10);
    expect(tap.generatedText()).toBe('Hé "');
  });

  it('holds back until something is said', () => {
    const tap = createTap();

    expect(tap.push(Buffer.from(created + added))).toEqual([]);
    expect(Buffer.concat([...tap.push(Buffer.from(delta))]).toString()).toBe(
      created + added + delta,
    );
  });

  it('takes an incomplete response for a good one', () => {
    const tap = createTap();
    const incomplete = event('response.incomplete', { response: { usage } });

    expect(relay(tap, [delta, incomplete])).toBe(delta);
    expect(tap.facts).toMatchObject({ hasFinish: true, isTerminated: true });
  });

  it.each([
    [
      'response.failed',
      event('response.failed', {
        response: { error: { code: 'rate_limit_exceeded', message: 'm' } },
      }),
      429,
    ],
    [
      'a flat error',
      event('error', { code: 'server_is_overloaded', message: 'm', param: null }),
      503,
    ],
    [
      'a nested error',
      event('error', { error: { type: 'invalid_request_error', message: 'm' } }),
      400,
    ],
  ])('never forwards %s', (_title, failure, status) => {
    const tap = createTap();

    expect(relay(tap, [created, failure, delta])).toBe('');
    expect(tap.facts.error).toMatchObject({ message: 'm', status });
  });

  it('drops a [DONE] that does not belong here', () => {
    expect(relay(createTap(), [delta, 'data: [DONE]\n\n', completed])).toBe(delta);
  });

  it('has no terminal of its own to send', () => {
    const tap = createTap();
    relay(tap, [delta]);

    expect(tap.facts.hasFinish).toBe(false);
    expect(tap.terminal()).toHaveLength(0);
  });
});

(hasRecorded ? describe : describe.skip)('createResponsesStreamTap on recorded streams', () => {
  it.each([
    'openai/responses/openai-phase.1',
    'openai/responses/openai-web-search-tool.1',
    'openai/responses/openai-image-generation-tool.1',
    'openai/responses/openai-shell-container.1',
    'openai/responses/programmatic-tool-calling.1',
    'azure/azure-text.1',
    'azure/azure-tool-call.1',
    'open-responses/responses/lmstudio-tool-call.1',
  ])('relays %s byte for byte, cut anywhere, with its usage', (name) => {
    const stream = readRecordedStream(`${name}.chunks.txt`, true);
    const last = stream.toString().trimEnd().split('\n').at(-1)!.slice('data: '.length);
    const reported = (JSON.parse(last) as { response: { usage: Record<string, number> } }).response
      .usage;
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const tap = createTap();
        const sent = relay(tap, cutAt(stream, cuts));

        expect(sent + tap.terminal().toString() === stream.toString()).toBe(true);
        expect(promptTokensOf(tap.facts.usage!)).toBe(reported['input_tokens']);
        expect(completionTokensOf(tap.facts.usage!)).toBe(reported['output_tokens']);
      }),
      { numRuns: 4 },
    );
  });

  it('lets nothing of a recorded failure through', () => {
    const tap = createTap();

    expect(
      relay(tap, [readRecordedStream('openai/responses/openai-error.1.chunks.txt', true)]),
    ).toBe('');
    expect(tap.facts.error).toMatchObject({ code: 'insufficient_quota', status: 429 });
    expect(readRecorded('openai/responses/openai-error.1.json').length).toBeGreaterThan(0);
  });
});
