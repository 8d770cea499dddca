import { SseReader, tryProbeJson, type JsonProbe } from '@turnpike/adaptors';
import { errors, type Clock, type ResponseStore } from '@turnpike/core';
import type { Served } from '../pipeline/call.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

interface Deps {
  responseStore: ResponseStore;
  clock: Clock;
}

/** Where answers of this API are, among those of the other: only who gave them is known of them. */
export const recordId = (id: string): string => `interaction:${id}`;

/**
 * The request with what it goes on from: an interaction is kept by the account that made it, and nobody else can go on.
 * One that is not known here is left to Google.
 *
 * @throws `not_ready` where the store is out of reach
 */
export async function withInteraction(
  { responseStore }: Pick<Deps, 'responseStore'>,
  userId: number,
  inbound: InboundRequest,
): Promise<InboundRequest> {
  if (inbound.operation !== 'interaction' || inbound.body.kind !== 'json') return inbound;
  const { probe } = inbound.body;
  const id = probe.scalar(probe.last('previous_interaction_id'));
  if (typeof id !== 'string' || id === '') return inbound;
  const previous = await responseStore.find(userId, recordId(id));
  if (previous === undefined) return inbound;
  return {
    ...inbound,
    history: {
      previousId: id,
      input: '[]',
      keptBy: previous.channelId,
      expand: () =>
        Promise.reject(errors.previousResponseNotFound({ id, param: 'previous_interaction_id' })),
      discard: () => undefined,
    },
  };
}

/** Remembers which account made an interaction, before the last byte of the answer. */
export async function keepInteraction(
  { responseStore, clock }: Deps,
  userId: number,
  { body }: InboundRequest,
  { outcome, channel }: Served,
): Promise<Buffer | undefined> {
  if (!responseStore.isOpen || body.kind !== 'json') return undefined;
  if (body.probe.scalar(body.probe.last('store')) === false) return undefined;
  // Nobody keeps it, so nobody can go on from it.
  if (channel.policy?.forbidsStorage === true) return undefined;
  const last = outcome.kind === 'streamed' ? outcome.tap.terminal() : undefined;
  const whole = outcome.kind === 'buffered' ? tryProbeJson(outcome.body) : undefined;
  const id = last === undefined ? idOf(whole) : readStreamedId(last);
  if (id !== undefined)
    await responseStore.put({
      id: recordId(id),
      userId,
      createdAt: clock.now(),
      channelId: channel.id,
      isKeptUpstream: true,
      input: '[]',
      response: '{}',
    });
  return last;
}

function readStreamedId(last: Buffer): string | undefined {
  for (const { data } of new SseReader().push(last)) {
    const event = data === undefined ? undefined : tryProbeJson(Buffer.from(data));
    const member = event?.last('interaction');
    if (event !== undefined && member?.kind === 'object')
      return idOf(tryProbeJson(event.body.subarray(member.valueStart, member.valueEnd)));
  }
  return undefined;
}

function idOf(probe: JsonProbe | undefined): string | undefined {
  const id = probe?.scalar(probe.last('id'));
  return typeof id === 'string' && id !== '' ? id : undefined;
}
