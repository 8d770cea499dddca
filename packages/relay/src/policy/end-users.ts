import { probeJson, type JsonProbe, type MemberEdits } from '@turnpike/adaptors';
import type { CanonicalRequest } from '@turnpike/core';
import type { EncodeDeps, EncodeInput } from '../pipeline/encoded-request.ts';
import type { ChannelPolicy } from './channel-policy.ts';
import { EditList } from './parameter-edits.ts';

type Identity = CanonicalRequest['identity'];
type Deps = Pick<EncodeDeps, 'pseudonymise'>;
type Input = Pick<EncodeInput, 'channel' | 'admission'>;

/** Who asks, as the upstream of a translated request is told; undefined: as the client said. */
export function identityFor(
  deps: Deps,
  input: Input,
  { endUsers }: ChannelPolicy,
  identity: Identity,
): Identity | undefined {
  if (endUsers === 'keep') return undefined;
  const { endUser, sessionKey, metadata, ...rest } = identity;
  const renamed: Identity = rest;
  const rename = (name: string): string | undefined =>
    endUsers === 'drop' ? undefined : pseudonymOf(deps, input, name);
  const user = endUser === undefined ? undefined : rename(endUser);
  if (user !== undefined) renamed.endUser = user;
  // A conversation is known by its user's name where it has no other.
  const session = sessionKey === endUser ? user : sessionKey;
  if (session !== undefined) renamed.sessionKey = session;
  if (metadata !== undefined) {
    const { user_id: named, ...others } = metadata;
    const meta = named === undefined ? undefined : rename(named);
    renamed.metadata = meta === undefined ? others : { ...others, user_id: meta };
  }
  return renamed;
}

/** Where the bodies of vendors name a client's user. */
const topNames = ['user', 'safety_identifier'];

/**
 * The same in a body. What stands there in the place of a name and is none goes.
 *
 * @param told what the translation told already
 */
export function editEndUsers(
  deps: Deps,
  input: Input,
  { endUsers }: ChannelPolicy,
  body: Buffer,
  told: string | undefined,
): MemberEdits | undefined {
  if (endUsers === 'keep') return undefined;
  const list = new EditList();
  const probe = probeJson(body);
  const edit = (at: string, within: JsonProbe, key: string): void => {
    const member = within.last(key);
    if (member === undefined || member.kind === 'null') return;
    const name = within.scalar(member);
    const isName = typeof name === 'string' || typeof name === 'number';
    if (isName && name === told) return;
    if (endUsers === 'drop' || !isName) list.delete(at + key);
    else list.add('sets', at + key, JSON.stringify(pseudonymOf(deps, input, String(name))));
  };
  for (const key of topNames) edit('', probe, key);
  const metadata = probe.last('metadata');
  if (metadata?.kind === 'object')
    edit('metadata.', probeJson(Buffer.from(probe.text(metadata))), 'user_id');
  return list.build();
}

/** The same of a form: the fields to write anew. */
export function endUserFields(
  deps: Deps,
  input: Input,
  field: (name: string) => string | undefined,
): ReadonlyMap<string, string> | undefined {
  const policy = input.channel.policy?.endUsers ?? 'keep';
  const name = policy === 'keep' ? undefined : field('user');
  if (name === undefined) return undefined;
  // A field that says nothing: the form keeps its parts.
  return new Map([['user', policy === 'drop' ? '' : pseudonymOf(deps, input, name)]]);
}

function pseudonymOf({ pseudonymise }: Deps, { channel, admission }: Input, name: string): string {
  return pseudonymise(name, admission.reservation.userId, channel.id);
}
