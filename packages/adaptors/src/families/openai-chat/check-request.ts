import type { Operation } from '@turnpike/core';
import type { JsonKind, JsonMember } from '../../wire/json-member.ts';
import type { JsonProbe } from '../../wire/json-probe.ts';
import { refuse } from './refuse.ts';

/** A member without which an operation makes no sense. */
interface NeededMember {
  key: string;
  kinds: readonly JsonKind[];
  kindsText: string;
  kindsTextZh: string;
}

const textOrList: Omit<NeededMember, 'key'> = {
  kinds: ['string', 'array'],
  kindsText: 'must be text or a list',
  kindsTextZh: '必须是文本或列表',
};

const text: Omit<NeededMember, 'key'> = {
  kinds: ['string'],
  kindsText: 'must be text',
  kindsTextZh: '必须是文本',
};

const neededMembers: Readonly<Partial<Record<Operation, NeededMember>>> = {
  chat: {
    key: 'messages',
    kinds: ['array'],
    kindsText: 'must be a list',
    kindsTextZh: '必须是列表',
  },
  completions: { key: 'prompt', ...textOrList },
  edits: { key: 'instruction', ...text },
  embeddings: { key: 'input', ...textOrList },
  moderations: { key: 'input', ...textOrList, kinds: ['string', 'array', 'object'] },
  'image-generation': { key: 'prompt', ...text },
  speech: { key: 'input', ...text },
};

/** Absent is refused too, except where vendors give it a meaning: a completion without a prompt starts a new document. */
const optionalHere: ReadonlySet<Operation> = new Set(['completions']);

/**
 * Refuses what no upstream could serve. Everything else is the upstream's to judge.
 *
 * @throws `invalid_request` with `param`
 */
export function checkBody(operation: Operation, probe: JsonProbe): void {
  const needed = neededMembers[operation];
  if (needed === undefined) return;
  const { key } = needed;
  const member = probe.last(key);
  if (member === undefined || member.kind === 'null') {
    if (optionalHere.has(operation)) return;
    throw refuse(key, 'is required', '为必填项');
  }
  if (!needed.kinds.includes(member.kind)) {
    throw refuse(key, needed.kindsText, needed.kindsTextZh);
  }
  if (isBlank(probe, member)) throw refuse(key, 'must not be empty', '不能为空');
}

function isBlank(probe: JsonProbe, member: JsonMember): boolean {
  return member.kind === 'string'
    ? member.valueEnd - member.valueStart === 2
    : probe.isEmpty(member);
}
