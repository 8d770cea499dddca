import { errors, type GatewayError, type Loss, type LossPolicy } from '@turnpike/core';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { InboundRequest } from './inbound-request.ts';
import { describeLosses, findRefusedLoss, hasFatalLoss, strictestPolicy } from './loss-policy.ts';
import type { ChannelPlan } from './plan.ts';

/** Why a candidate is not asked: for now, because another may lose less, or not at all. */
export interface LossVerdict {
  isFinal: boolean;
  loss: Loss | undefined;
}

/** The strictest of what option, channel and request ask for; a client can only ask for more. */
export function policyFor(
  { snapshot, lossPolicy }: ChannelPlan,
  channel: RelayChannel,
  { headers }: InboundRequest,
): LossPolicy {
  return strictestPolicy(
    snapshot.options.ProtocolLossPolicy,
    channel.config['loss_policy'],
    lossPolicy,
    headers['x-gateway-loss-policy'],
  );
}

/** Undefined where the request may go to this upstream with these losses. */
export function judgeLosses(
  losses: readonly Loss[],
  policy: LossPolicy,
  isLastResort: boolean,
): LossVerdict | undefined {
  const refused = losses.find(({ isRefused }) => isRefused) ?? findRefusedLoss(losses, policy);
  if (refused !== undefined) return { isFinal: true, loss: refused };
  if (isLastResort || !hasFatalLoss(losses)) return undefined;
  return { isFinal: false, loss: undefined };
}

/** Candidates that were passed over for what they would lose: tried when there are no others. */
export class LossyCandidates {
  readonly #later: RelayChannel[] = [];
  readonly #fetchesMedia: boolean;
  /** What the client is told where no candidate may serve. */
  error: GatewayError | undefined;

  constructor({ snapshot }: Pick<ChannelPlan, 'snapshot'>) {
    this.#fetchesMedia = snapshot.options.RemoteMediaEnabled;
  }

  add(channel: RelayChannel, { isFinal, loss }: LossVerdict): void {
    if (!isFinal) this.#later.push(channel);
    else if (loss !== undefined)
      this.error ??=
        loss.address === undefined
          ? toLossError(loss)
          : toFileError(loss, loss.address, this.#fetchesMedia);
  }

  next(): RelayChannel | undefined {
    return this.#later.shift();
  }
}

/** @param isTried files by address are fetched here, where they can be had */
function toFileError({ at, note }: Loss, address: string, isTried: boolean): GatewayError {
  const shown = showAddress(address);
  const why = isTried
    ? 'it could not be fetched (out of reach, not public, too large, or no file that a model takes)'
    : 'files are not fetched here';
  const whyZh = isTried
    ? '无法抓取该文件（不可达、非公网地址、过大，或不是模型接受的文件）'
    : '此处未开启文件抓取';
  return errors.invalidRequest({
    param: at,
    reason: `'${at}': the file at ${shown} cannot be passed on: ${note}, and ${why}. Put its content into the request.`,
    reasonZh: `'${at}'：无法传递 ${shown} 的文件：上游只接受请求内嵌的内容，且${whyZh}。请将文件内容放入请求。`,
  });
}

/** The client's own words, without what may be a secret in them. */
function showAddress(address: string): string {
  if (!URL.canParse(address)) return 'its address';
  const { origin, pathname } = new URL(address);
  return (origin + pathname).slice(0, 200);
}

function toLossError({ at, note }: Loss): GatewayError {
  return errors.invalidRequest({
    param: at,
    reason: `'${at}' cannot be carried to any upstream that serves this model (${note}). Leave it out, or allow losses.`,
    reasonZh: `'${at}' 无法传递给提供该模型的任何上游（${note}）。请去掉它，或允许丢失。`,
  });
}

/** For clients that want to know (`x-gateway-debug: 1`). */
export function addLossHeader(
  headers: string[],
  inbound: InboundRequest,
  losses: readonly Loss[],
): void {
  const { 'x-gateway-debug': debug } = inbound.headers;
  if (debug === undefined || debug === '0' || debug === 'false') return;
  headers.push('x-gateway-losses', describeLosses(losses));
}
