import { findClientCodec } from '@turnpike/adaptors';
import { emptyUsage, priceUsage, type Usage } from '@turnpike/core';
import { readConversationText } from '../counting/conversation-text.ts';
import { readPromptText, type PromptText } from '../counting/prompt-text.ts';
import type { TokenCounter } from '../counting/token-counter.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import type { BufferedAnswer, StreamedAnswer } from './attempt-outcome.ts';
import type { Served } from './call.ts';
import { pathFactsOf, type InboundRequest } from './inbound-request.ts';
import { isMedia, measureMedia, type MediaDeps } from './measure-media.ts';

/** What a served request costs. */
export interface Charge {
  routePrice: RoutePrice;
  groupRatio: number;
  usage: Usage;
  /** Quota units to charge, integer ≥ 0. */
  quota: number;
  /** Quota units beyond what a hard budget had set aside: not charged. */
  writtenOff: number;
}

/**
 * Measures what was served, by the upstream's own count where it gave one, else by ours, and prices it. Nearly always
 * the upstream counted: then nothing is awaited.
 */
export function meterAnswer(
  deps: MediaDeps,
  inbound: InboundRequest,
  admission: Admission,
  served: Served,
): Charge | Promise<Charge> {
  const { outcome, routePrice } = served;
  const usage =
    outcome.kind === 'streamed'
      ? measureStream(deps, inbound, routePrice, outcome)
      : measureBody(deps, inbound, routePrice, outcome);
  return usage instanceof Promise
    ? usage.then((counted) => price(counted, inbound, admission, served))
    : price(usage, inbound, admission, served);
}

function price(
  usage: Usage,
  inbound: InboundRequest,
  admission: Admission,
  served: Served,
): Charge {
  const { plan, routePrice, channel } = served;
  const { prices } = plan.snapshot;
  const group = prices.groupRatio(plan.group);
  const cost = priceUsage(usage, routePrice.price, group.exact, inbound.priceFacts, (model) =>
    prices.priceFor(model, channel.type),
  );
  const limit = admission.isHard
    ? (served.guard?.reservedQuota ?? admission.reservation.amount)
    : Infinity;
  const quota = Math.min(cost, limit);
  return { routePrice, groupRatio: group.number, usage, quota, writtenOff: cost - quota };
}

function measureStream(
  deps: MediaDeps,
  inbound: InboundRequest,
  routePrice: RoutePrice,
  { tap }: StreamedAnswer,
): Usage | Promise<Usage> {
  const { facts } = tap;
  if (isMedia(inbound.operation)) {
    const { usage, images = 0 } = facts;
    const generatedText = (): string => tap.generatedText();
    const answer = { usage, images, seconds: undefined, generatedText };
    return measureMedia(deps, inbound, routePrice, answer);
  }
  if (facts.usage !== undefined) return facts.usage;
  if (!inbound.facts.hasTextOutput) return { ...emptyUsage, source: 'estimated' };
  const { billedModel } = routePrice;
  const forgotten = facts.forgottenTextBytes ?? 0;
  return countText(deps.tokenCounter, inbound, billedModel, tap.generatedText(), forgotten);
}

function measureBody(
  deps: MediaDeps,
  inbound: InboundRequest,
  routePrice: RoutePrice,
  { facts }: BufferedAnswer,
): Usage | Promise<Usage> {
  const { operation } = inbound;
  if (isMedia(operation)) return measureMedia(deps, inbound, routePrice, facts);
  if (facts.usage !== undefined) return facts.usage;
  const isCounted =
    inbound.facts.hasTextOutput || operation === 'embeddings' || operation === 'moderations';
  if (!isCounted) return { ...emptyUsage, source: 'estimated' };
  const { billedModel } = routePrice;
  return countText(deps.tokenCounter, inbound, billedModel, facts.generatedText(), 0);
}

async function readPrompt(inbound: InboundRequest): Promise<PromptText> {
  const { body, conversation, door } = inbound;
  if (body.kind !== 'json') return { texts: [], fixedTokens: 0 };
  const decoded = (await conversation)?.request;
  if (decoded !== undefined && decoded.turns.length > 0) return readConversationText(decoded);
  const json = JSON.parse(body.probe.body.toString('utf8')) as Record<string, unknown>;
  const codec =
    door === 'openai' || inbound.family === undefined ? undefined : findClientCodec(door);
  return codec === undefined
    ? readPromptText(json)
    : readConversationText(codec.decodeRequest(json, pathFactsOf(inbound)));
}

/** Our own count of prompt and answer, for upstreams that gave none and for streams that were cut before theirs. */
async function countText(
  counter: TokenCounter,
  inbound: InboundRequest,
  model: string,
  generated: string,
  uncountedBytes: number,
): Promise<Usage> {
  const prompt = await readPrompt(inbound);
  const counts = await counter.count(model, [generated, ...prompt.texts]);
  const [generatedTokens = 0, ...promptTokens] = counts;
  return {
    input: {
      uncached: prompt.fixedTokens + promptTokens.reduce((sum, count) => sum + count, 0),
      cacheRead: 0,
      cacheWrite: 0,
    },
    output: { text: generatedTokens + Math.ceil(uncountedBytes / 4), reasoning: 0 },
    source: 'estimated',
  };
}
