import { describe, expect, it } from '@jest/globals';
import { createRequestId } from './request-id.ts';

describe('createRequestId', () => {
  it('is a UUID of version 7', () => {
    expect(createRequestId()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('carries the time, so that ids of later milliseconds sort later', () => {
    const at = Date.UTC(2026, 10, 21, 12, 0, 0, 123);
    const id = createRequestId(at);
    expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(at);
    expect(createRequestId(at + 1) > id).toBe(true);
  });

  it('never repeats, over many refills of its pool', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => createRequestId(1)));
    expect(ids.size).toBe(20_000);
  });
});
