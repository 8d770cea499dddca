import { probeJson, readJsonRequest, spliceJson, type JsonProbe } from '@turnpike/adaptors';
import { errors, type Operation, type ResponseStore, type StoredResponse } from '@turnpike/core';
import { tooLarge } from '../http/too-large.ts';
import {
  closeConversation,
  type History,
  type InboundRequest,
} from '../pipeline/inbound-request.ts';
import type { RelaySettings } from '../relay-deps.ts';
import { gatherHistory, readInputItems, resolveReferences } from './gather-history.ts';

export interface HistoryDeps {
  responseStore: ResponseStore;
  settings: Pick<RelaySettings, 'maxJsonBodyBytes'>;
}

/** Operations whose request may name what it goes on from. */
const goesOn: ReadonlySet<Operation> = new Set<Operation>([
  'responses',
  'count-response-tokens',
  'compact-response',
]);

export function mayGoOn({ operation }: InboundRequest): boolean {
  return goesOn.has(operation);
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
  if (!mayGoOn(inbound) || inbound.body.kind !== 'json') return undefined;
  const { probe } = inbound.body;
  const previousId = readPreviousId(probe);
  const mayReferTo = probe.body.includes('"item_reference"');
  if (previousId === undefined && !mayReferTo) return undefined;
  const store = deps.responseStore;
  const previous = previousId === undefined ? undefined : await store.find(userId, previousId);
  if (previousId !== undefined && previous === undefined) return undefined;
  if (previous !== undefined) refuseUnfinished(previous);
  const items = readInputItems(probe);
  const resolved = mayReferTo ? await resolveReferences(store, userId, items) : items;
  // Nothing of it is ours.
  if (previous === undefined && resolved === items) return undefined;
  const history: History = {
    previousId,
    input: JSON.stringify(resolved),
    keptBy: previous?.isKeptUpstream === true ? previous.channelId : undefined,
    expand: () => (expanded ??= expand()),
    discard() {
      expanded?.then(closeConversation, () => undefined);
    },
  };
  // One and the same for all attempts: what is decoded of it is kept with it.
  let expanded: Promise<InboundRequest> | undefined;
  return history;

  async function expand(): Promise<InboundRequest> {
    const before = previous === undefined ? [] : await gatherHistory(store, previous);
    const input = JSON.stringify([...before, ...resolved]);
    return { ...replaceInput(inbound, probe, input, deps.settings), history };
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
  return history.keptBy === undefined ? history.expand() : { ...inbound, history };
}

/** The request as one account gets it. */
export function requestFor(
  inbound: InboundRequest,
  history: History,
  channelId: number,
): Promise<InboundRequest> {
  if (history.keptBy === undefined || history.keptBy === channelId) return Promise.resolve(inbound);
  return history.expand();
}

/** What is still being made says nothing yet. */
function refuseUnfinished({ id, response }: StoredResponse): void {
  if (!response.includes('"background":true')) return;
  const { status } = JSON.parse(response) as { status?: unknown };
  if (status !== 'in_progress') return;
  throw errors.invalidRequest({
    param: 'previous_response_id',
    reason: `The response '${id}' is not complete. Wait until it is before you go on from it.`,
    reasonZh: `响应 '${id}' 尚未完成。请等待其完成后再继续。`,
  });
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
    facts: readJsonRequest(inbound.operation, whole),
    body: { kind: 'json', probe: whole },
    hasCapsule: undefined,
    conversation: undefined,
  };
}
