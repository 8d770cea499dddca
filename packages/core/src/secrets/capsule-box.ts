import { createHmac, timingSafeEqual } from 'node:crypto';
import { families, type Family } from '../canonical/family.ts';
import type { OpaqueState } from '../canonical/part.ts';
import type { SecretKeys } from './secret-keys.ts';

/**
 * Seals opaque state of one family into text that a client of another carries back unread, and opens it again. Sealed,
 * not encrypted: what is inside was meant for the client anyway. What was forged or cut does not open.
 */
export interface CapsuleBox {
  seal(state: OpaqueState): string;
  /** Undefined for everything that is no whole capsule of this gateway. */
  open(text: string): OpaqueState | undefined;
}

const prefix = 'gw1.';
/** Bytes of the keyed hash that are kept. */
const sealBytes = 12;

/**
 * Every capsule begins with this: the prefix, and the start of the object in base64url. Long, so that looking for it in
 * a large body is quick.
 */
export const capsuleMark = `${prefix}${Buffer.from('{"f":"').toString('base64url')}`;
/** The same where the capsule's text was encoded as base64 once more, as Gemini's field wants it. */
export const encodedCapsuleMark = Buffer.from(capsuleMark).toString('base64');

/** @param secrets the same on all nodes */
export function createCapsuleBox({ current, older }: SecretKeys): CapsuleBox {
  const key = toKey(current);
  const keys = [key, ...older.map(toKey)];
  return {
    seal({ family, kind, value, scope, model }) {
      const object = { f: family, k: kind, v: value, s: scope, m: model };
      const text = Buffer.from(JSON.stringify(object)).toString('base64url');
      return `${prefix}${text}.${hashOf(key, text).toString('base64url')}`;
    },
    open(text) {
      const [, content, seal] = capsuleForm.exec(text) ?? decodeOnce(text) ?? [];
      if (content === undefined || seal === undefined) return undefined;
      const given = Buffer.from(seal, 'base64url');
      const isOurs = keys.some(
        (candidate) =>
          given.length === sealBytes && timingSafeEqual(hashOf(candidate, content), given),
      );
      return isOurs ? readContent(content) : undefined;
    },
  };
}

/** Whether a text wants to be a capsule, ours or not: such a text never goes to an upstream. */
export function isCapsule(text: string): boolean {
  return text.startsWith(capsuleMark) || text.startsWith(encodedCapsuleMark);
}

const capsuleForm = /^gw1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

function decodeOnce(text: string): RegExpExecArray | null {
  return text.startsWith(encodedCapsuleMark)
    ? capsuleForm.exec(Buffer.from(text, 'base64').toString('latin1'))
    : null;
}

function toKey(secret: string): Buffer {
  return createHmac('sha256', secret).update('turnpike-capsules').digest();
}

function hashOf(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest().subarray(0, sealBytes);
}

/** Its seal was ours, so it has this shape, unless an older version made it. */
function readContent(content: string): OpaqueState | undefined {
  const object = JSON.parse(Buffer.from(content, 'base64url').toString('utf8')) as Record<
    string,
    unknown
  >;
  const { f, k, v, s, m } = object;
  const family = families.find((known) => known === f);
  if (family === undefined || typeof k !== 'string' || typeof v !== 'string') return undefined;
  return {
    family: family satisfies Family,
    kind: k as OpaqueState['kind'],
    value: v,
    ...(typeof s === 'string' && { scope: s }),
    ...(typeof m === 'string' && { model: m }),
  };
}
