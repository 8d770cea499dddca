import { describe, expect, it } from '@jest/globals';
import { createByteBox, SEAL_BYTES } from './byte-box.ts';

const keys = { current: 'a secret of today', older: [] };
const clear = Buffer.from('what the model thought');

describe('createByteBox', () => {
  const box = createByteBox(keys, 'thoughts');

  it('opens what it sealed, says nothing of it, and seals it differently each time', () => {
    const sealed = box.seal(clear, 'one');
    expect(box.open(sealed, 'one')).toEqual(clear);
    expect(sealed.includes('model')).toBe(false);
    expect(sealed.length).toBe(clear.length + SEAL_BYTES);
    expect(box.seal(clear, 'one')).not.toEqual(sealed);
    expect(box.open(box.seal(Buffer.alloc(0), 'one'), 'one')).toEqual(Buffer.alloc(0));
  });

  it('does not open what was put under another name', () => {
    expect(box.open(box.seal(clear, '1:call'), '2:call')).toBeUndefined();
  });

  it('does not open what was changed anywhere, or cut', () => {
    const sealed = box.seal(clear, 'one');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect([at, box.open(changed, 'one')]).toEqual([at, undefined]);
      expect([at, box.open(sealed.subarray(0, at), 'one')]).toEqual([at, undefined]);
    }
    expect(box.open(clear, 'one')).toBeUndefined();
  });

  it('parts purposes and secrets', () => {
    const sealed = box.seal(clear, 'one');
    expect(createByteBox(keys, 'answers').open(sealed, 'one')).toBeUndefined();
    const others = createByteBox({ current: 'a secret of others', older: [] }, 'thoughts');
    expect(others.open(sealed, 'one')).toBeUndefined();
  });

  it('opens what was sealed under a secret of before, and seals under that of today', () => {
    const before = box.seal(clear, 'one');
    const changed = { current: 'a secret of tomorrow', older: ['never used', keys.current] };
    const next = createByteBox(changed, 'thoughts');
    expect(next.open(before, 'one')).toEqual(clear);
    expect(box.open(next.seal(clear, 'one'), 'one')).toBeUndefined();
  });
});
