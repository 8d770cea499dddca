import {
  droppedLoss,
  editMembers,
  limitKeys,
  probeJson,
  type MemberEdits,
  type NamesOf,
} from '@turnpike/adaptors';
import type { Loss, Operation } from '@turnpike/core';
import type { EncodeDeps, EncodedRequest, EncodeInput } from '../pipeline/encoded-request.ts';
import { addOwnLosses } from '../pipeline/own-losses.ts';
import type { ChannelPolicy } from './channel-policy.ts';
import { isKept } from '../responses/is-kept.ts';
import { editEndUsers } from './end-users.ts';
import { decidedOutput } from './output-limit.ts';
import { EditList } from './parameter-edits.ts';

/**
 * Makes a request what the channel's administrator wants it to be: the last step, on the bytes that the upstream gets, so
 * that a setting means the same whether the request was passed on or translated. What the administrator writes wins over
 * everything before.
 *
 * @param operation the upstream's
 */
export function applyPolicy(
  deps: EncodeDeps,
  input: EncodeInput,
  policy: ChannelPolicy,
  operation: Operation,
  encoded: EncodedRequest,
): EncodedRequest {
  // Forms are another matter, and their names are told before.
  if (!Buffer.isBuffer(encoded.body) || input.inbound.body.kind === 'upload') return encoded;
  const namesOf = operation === 'generate-content' ? googleNames : undefined;
  const losses: Loss[] = [];
  const apply = (edits: MemberEdits | undefined): void => {
    if (edits === undefined) return;
    const { body, dropped } = editMembers(encoded.body as Buffer, edits, namesOf);
    encoded.body = body;
    for (const path of dropped) losses.push(...lossOf(path));
  };
  apply(editEndUsers(deps, input, policy, encoded.body, encoded.endUser));
  if (policy.forbidsStorage) {
    apply(editStorage(operation, encoded.body));
    // Its answer will say that nothing is kept: not so where we keep it.
    if (isKept(deps.responseStore, input.inbound)) encoded.store = true;
  }
  apply(editOutputLimit(encoded.body, decidedOutput(input)));
  apply(policy.editsFor(operation));
  addOwnLosses(deps.metrics, input.inbound, encoded, losses);
  return encoded;
}

function lossOf(path: string): readonly Loss[] {
  const loss = droppedLoss(path === 'metadata.user_id' ? 'user' : path);
  return loss === undefined ? [] : [{ ...loss, at: path, note: 'the channel forbids it' }];
}

/** These keep what they answer unless they are told not to. */
const keepers: ReadonlySet<Operation> = new Set<Operation>(['responses', 'interaction']);

function editStorage(operation: Operation, body: Buffer): MemberEdits | undefined {
  const list = new EditList();
  if (keepers.has(operation)) list.add('sets', 'store', 'false');
  else {
    const probe = probeJson(body);
    const member = probe.last('store');
    if (member === undefined || probe.scalar(member) === false) return undefined;
    list.delete('store');
  }
  return list.build();
}

/** Raises the limits that are there: they were lowered, or added, before. */
function editOutputLimit(body: Buffer, limit: number | undefined): MemberEdits | undefined {
  if (limit === undefined) return undefined;
  const list = new EditList();
  const json = String(limit);
  const probe = probeJson(body);
  for (const name of limitKeys)
    if (probe.last(name)?.kind === 'number') list.add('sets', name, json);
  for (const config of ['generationConfig', 'generation_config']) {
    const member = probe.last(config);
    if (member?.kind !== 'object') continue;
    const within = probeJson(Buffer.from(probe.text(member)));
    for (const name of ['maxOutputTokens', 'max_output_tokens'])
      if (within.last(name) !== undefined) list.add('sets', `${config}.${name}`, json);
  }
  return list.build();
}

/** Google's servers know every member by two names. */
const googleNames: NamesOf = (name) => {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const camel = name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  return [...new Set([name, camel, snake])];
};
