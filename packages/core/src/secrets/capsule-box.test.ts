import { describe, expect, it } from '@jest/globals';
import type { OpaqueState } from '../canonical/part.ts';
import { capsuleMark, createCapsuleBox, encodedCapsuleMark, isCapsule } from './capsule-box.ts';

const state: OpaqueState = {
  family: 'anthropic',
  kind: 'signature',
  value: 'EqQBCgIYAhIkÄ',
  scope: 'anthropic',
  model: 'claude-x',
};

describe('capsules', () => {
  const box = createCapsuleBox({ current: 'a secret of the cluster', older: [] });

  it('open to what was sealed', () => {
    const sealed = box.seal(state);
    expect(sealed.startsWith(capsuleMark)).toBe(true);
    expect(box.open(sealed)).toEqual(state);
    const { scope: _, model: __, ...bare } = state;
    expect(box.open(box.seal(bare))).toEqual(bare);
  });

  it('open through the base64 that Gemini wants around them', () => {
    const wrapped = Buffer.from(box.seal(state)).toString('base64');
    expect(wrapped.startsWith(encodedCapsuleMark)).toBe(true);
    expect(isCapsule(wrapped)).toBe(true);
    expect(box.open(wrapped)).toEqual(state);
  });

  it('open on a node that has a newer secret too', () => {
    const newer = createCapsuleBox({
      current: 'a newer secret',
      older: ['a secret of the cluster'],
    });
    expect(newer.open(box.seal(state))).toEqual(state);
    expect(box.open(newer.seal(state))).toBeUndefined();
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -3)],
    ['changed', (text: string) => text.replace('.ey', '.eY')],
    ['without a seal', (text: string) => text.slice(0, text.lastIndexOf('.'))],
    ['of nobody', () => 'gw1.eyJmIjoiYW50aHJvcGljIn0.AAAAAAAAAAAAAAAA'],
    ['foreign', () => 'EqQBCgIYAhIk'],
  ])('do not open when %s', (_what, spoil) => {
    expect(box.open(spoil(box.seal(state)))).toBeUndefined();
  });
});
