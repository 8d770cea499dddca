import { findClientCodec, type AnswerFacts } from '@turnpike/adaptors';
import { emptyUsage, priceUsage, type Usage } from '@turnpike/core';
import { readConversationText } from '../counting/conversation-text.ts';
import { readPromptText, type PromptText } from '../counting/prompt-text.ts';
import type { TokenCounter } from '../counting/token-counter.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import type { BufferedAnswer, StreamedAnswer } from './attempt-outcome.ts';
import type { Served } from './call.ts';
import { pathFactsOf, type InboundRequest } from './inbound-request.ts';

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
  deps: { tokenCounter: TokenCounter },
  inbound: InboundRequest,
  admission: Admission,
  served: Served,
): Charge | Promise<Charge> {
  const { outcome, routePrice } = served;
  const usage =
    outcome.kind === 'streamed'
      ? measureStream(deps.tokenCounter, inbound, routePrice, outcome)
      : measureBody(deps.tokenCounter, inbound, routePrice, outcome);
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
  counter: TokenCounter,
  inbound: InboundRequest,
  { billedModel }: RoutePrice,
  { tap }: StreamedAnswer,
): Usage | Promise<Usage> {
  const { facts } = tap;
  if (facts.usage !== undefined) return withRequestCounts(facts.usage, inbound, facts.images ?? 0);
  if (!inbound.facts.hasTextOutput)
    return withRequestCounts({ ...emptyUsage, source: 'estimated' }, inbound, facts.images ?? 0);
  return countText(
    counter,
    inbound,
    billedModel,
    tap.generatedText(),
    facts.forgottenTextBytes ?? 0,
  );
}

function measureBody(
  counter: TokenCounter,
  inbound: InboundRequest,
  { billedModel }: RoutePrice,
  { facts }: BufferedAnswer,
): Usage | Promise<Usage> {
  if (facts.usage !== undefined) return withAnswerCounts(facts.usage, inbound, facts);
  if (
    !inbound.facts.hasTextOutput &&
    inbound.operation !== 'embeddings' &&
    inbound.operation !== 'moderations'
  ) {
    return withAnswerCounts({ ...emptyUsage, source: 'estimated' }, inbound, facts);
  }
  return countText(counter, inbound, billedModel, facts.generatedText(), 0);
}

/** Pictures, seconds and characters are counted beside whatever tokens the upstream reports. */
function withAnswerCounts(usage: Usage, inbound: InboundRequest, facts: AnswerFacts): Usage {
  const counted = withRequestCounts(usage, inbound, facts.images);
  const seconds = usage.seconds ?? facts.seconds;
  return seconds === undefined ? counted : { ...counted, seconds };
}

function withRequestCounts(usage: Usage, inbound: InboundRequest, images: number): Usage {
  switch (inbound.operation) {
    case 'speech':
      return { ...usage, characters: inbound.characters };
    case 'transcription':
    case 'translation':
      return usage.seconds === undefined
        ? { ...usage, seconds: inbound.facts.estimate.soft.seconds ?? 0 }
        : usage;
    case 'image-generation':
    case 'image-edit':
    case 'image-variation':
      return { ...usage, images: usage.images ?? images };
    default:
      return usage;
  }
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
