import { probeJson, SseReader, tryProbeJson, type JsonProbe } from '@turnpike/adaptors';
import type { Clock, ResponseStore } from '@turnpike/core';
import type { Served } from '../pipeline/call.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import { readInputItems } from './gather-history.ts';
import { isKept } from './is-kept.ts';

/**
 * Puts a complete answer into the store, before its last byte: whoever has seen that can go on from it.
 *
 * @returns the stream's last event, where it was looked at
 */
export async function keepAnswer(
  deps: KeepingDeps,
  userId: number,
  inbound: InboundRequest,
  served: Served,
): Promise<Buffer | undefined> {
  const { outcome } = served;
  if (!isKept(deps.responseStore, inbound)) return undefined;
  if (outcome.kind === 'buffered') {
    await remember(deps, userId, inbound, served, undefined);
    return undefined;
  }
  if (outcome.endState !== 'complete' || outcome.wasCutByBudget) return undefined;
  const last = outcome.tap.terminal();
  await remember(deps, userId, inbound, served, last);
  return last;
}

interface KeepingDeps {
  responseStore: ResponseStore;
  clock: Clock;
}

async function remember(
  deps: KeepingDeps,
  userId: number,
  inbound: InboundRequest,
  served: Served,
  last: Buffer | undefined,
): Promise<void> {
  if (inbound.body.kind !== 'json') return;
  const response = readResponse(served, last);
  const id = response?.scalar(response.last('id'));
  if (response === undefined || typeof id !== 'string' || id === '') return;
  const { history } = inbound;
  await deps.responseStore.put({
    id,
    userId,
    createdAt: deps.clock.now(),
    channelId: served.channel.id,
    isKeptUpstream: isKeptUpstream(served, response),
    ...(history?.previousId !== undefined && { previousId: history.previousId }),
    input: history?.input ?? JSON.stringify(readInputItems(inbound.body.probe)),
    response: response.body.toString('utf8'),
  });
}

/** Its upstream says so, and was not forbidden to: then the answer says whether it is kept here. */
function isKeptUpstream({ isTranslated, channel }: Served, response: JsonProbe): boolean {
  if (isTranslated || channel.policy?.forbidsStorage === true) return false;
  return response.scalar(response.last('store')) === true;
}

/** The response object, unparsed. */
function readResponse({ outcome }: Served, last: Buffer | undefined): JsonProbe | undefined {
  if (outcome.kind === 'buffered' && outcome.body[0] === OPEN_BRACE)
    return tryProbeJson(outcome.body);
  const bytes = outcome.kind === 'buffered' ? outcome.body : last;
  if (bytes === undefined) return undefined;
  const frame = new SseReader().push(bytes).at(-1);
  const event = frame?.data === undefined ? undefined : tryProbeJson(Buffer.from(frame.data));
  const member = event?.last('response');
  if (event === undefined || member?.kind !== 'object') return undefined;
  return probeJson(event.body.subarray(member.valueStart, member.valueEnd));
}

const OPEN_BRACE = 0x7b;
