import { probeJson, readJsonRequest, spliceJson, type JsonProbe } from '@turnpike/adaptors';
import type { ResponseStore } from '@turnpike/core';
import { tooLarge } from '../http/too-large.ts';
import type { History, InboundRequest } from '../pipeline/inbound-request.ts';
import type { RelaySettings } from '../relay-deps.ts';
import { gatherHistory, readInputItems, resolveReferences } from './gather-history.ts';

export interface HistoryDeps {
  responseStore: ResponseStore;
  settings: Pick<RelaySettings, 'maxJsonBodyBytes'>;
}

/**
 * Finds what a request goes on from. Ids that are not ours are left to the vendor who may know them.
 *
 * @throws `not_ready` where the store is out of reach
 */
async function openHistory(
  deps: HistoryDeps,
  userId: number,
  inbound: InboundRequest,
): Promise<History | undefined> {
  if (inbound.operation !== 'responses' || inbound.body.kind !== 'json') return undefined;
  const { probe } = inbound.body;
  const previousId = readPreviousId(probe);
  const mayReferTo = probe.body.includes('"item_reference"');
  if (previousId === undefined && !mayReferTo) return undefined;
  const store = deps.responseStore;
  const previous = previousId === undefined ? undefined : await store.find(userId, previousId);
  if (previousId !== undefined && previous === undefined) return undefined;
  const items = readInputItems(probe);
  const resolved = mayReferTo ? await resolveReferences(store, userId, items) : items;
  // Nothing of it is ours.
  if (previous === undefined && resolved === items) return undefined;
  let expanded: Promise<InboundRequest> | undefined;
  return {
    previousId,
    input: JSON.stringify(resolved),
    keptBy: previous?.isKeptUpstream === true ? previous.channelId : undefined,
    expand: () => (expanded ??= expand()),
  };

  async function expand(): Promise<InboundRequest> {
    const before = previous === undefined ? [] : await gatherHistory(store, previous);
    return replaceInput(inbound, probe, JSON.stringify([...before, ...resolved]), deps.settings);
  }
}

/** The request to go on with: whole where no vendor keeps what came before. */
export async function withHistory(
  deps: HistoryDeps,
  userId: number,
  inbound: InboundRequest,
): Promise<InboundRequest> {
  const history = await openHistory(deps, userId, inbound);
  if (history === undefined) return inbound;
  const request = history.keptBy === undefined ? await history.expand() : inbound;
  return { ...request, history };
}

/** The request as one account gets it. */
export async function requestFor(
  inbound: InboundRequest,
  history: History,
  channelId: number,
): Promise<InboundRequest> {
  if (history.keptBy === undefined || history.keptBy === channelId) return inbound;
  return { ...(await history.expand()), history };
}

function readPreviousId(probe: JsonProbe): string | undefined {
  const id = probe.scalar(probe.last('previous_response_id'));
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** The other members keep their bytes. */
function replaceInput(
  inbound: InboundRequest,
  probe: JsonProbe,
  input: string,
  { maxJsonBodyBytes }: Pick<RelaySettings, 'maxJsonBodyBytes'>,
): InboundRequest {
  const { slices, byteLength } = spliceJson(probe, [
    ...(probe.last('previous_response_id') === undefined
      ? []
      : [{ op: 'delete' as const, key: 'previous_response_id' }]),
    { op: 'set', key: 'input', json: input },
  ]);
  if (byteLength > maxJsonBodyBytes) throw tooLarge(maxJsonBodyBytes);
  const whole = probeJson(Buffer.concat(slices, byteLength));
  return {
    ...inbound,
    facts: readJsonRequest('responses', whole),
    body: { kind: 'json', probe: whole },
    hasCapsule: undefined,
    conversation: undefined,
  };
}
