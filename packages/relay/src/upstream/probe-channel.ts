import {
  probeJson,
  readJsonRequest,
  type AnswerFacts,
  type FailureClass,
} from '@turnpike/adaptors';
import {
  errors,
  familyOf,
  freePrice,
  isGatewayError,
  type ChannelProbe,
  type Operation,
  type ProbeResult,
} from '@turnpike/core';
import { callUpstreams } from '../pipeline/call.ts';
import { freeAdmission } from '../pipeline/free-admission.ts';
import type { ClientSide } from '../pipeline/client-side.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';

/** What is asked where neither the caller nor the channel's models say (One API's). */
const USUAL_MODEL = 'gpt-3.5-turbo';

/** Tests a channel by the same steps as real traffic, from the encoding on: no reservation, no bill. */
export function createChannelProbe(deps: RelayDeps): ChannelProbe {
  return {
    async probe(channelId, options = {}) {
      const startedAt = deps.clock.now();
      const snapshot = deps.config.current();
      const channel = snapshot?.channel(channelId);
      if (snapshot === undefined || channel === undefined)
        return failed('', `There is no channel ${String(channelId)}.`, 0);
      const model = chooseModel(snapshot, channelId, options.model);
      const result = await ask(deps, snapshot, channel, model);
      return { ...result, durationMs: deps.clock.now() - startedAt };
    },
  };
}

function failed(model: string, message: string, durationMs: number, isFatal = false): ProbeResult {
  return { isOk: false, message, durationMs, model, isFatal };
}

function chooseModel(
  snapshot: RelaySnapshot,
  channelId: number,
  wanted: string | undefined,
): string {
  const models = snapshot.routes.channelById(channelId)?.models ?? [];
  const model = wanted !== undefined && wanted !== '' ? wanted : USUAL_MODEL;
  return models.includes(model) || (wanted !== undefined && wanted !== '')
    ? model
    : (models[0] ?? model);
}

async function ask(
  deps: RelayDeps,
  snapshot: RelaySnapshot,
  channel: RelayChannel,
  model: string,
): Promise<ProbeResult> {
  const inbound = makeQuestion(model, deps.settings.testPrompt);
  const progress: { channelId?: number; isFatal?: boolean; failure?: FailureClass } = {};
  let isAsked = false;
  try {
    const served = await callUpstreams(
      { ...deps, channelHealth: { reportFatalError: () => void (progress.isFatal = true) } },
      {
        plan: {
          snapshot,
          model,
          group: '',
          isPinned: true,
          conversation: undefined,
          prices: [],
          priceThrough: () => ({
            upstreamModel: channel.modelMapping[model] ?? model,
            billedModel: model,
            // A test is not billed, and must work before a price is set.
            price: freePrice,
          }),
          next() {
            if (isAsked) return undefined;
            isAsked = true;
            return channel;
          },
        },
        admission: freeAdmission,
        inbound,
        connection: nobody(),
        progress,
        onFailure(failure) {
          progress.failure = failure;
        },
      },
    );
    return served === 'abandoned' || served.outcome.kind !== 'buffered'
      ? failed(model, 'The channel gave no answer.', 0)
      : judge(model, inbound.operation, served.outcome.facts);
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    if (error.code === errors.noChannelAvailable.definition.code)
      return failed(model, nothingToAsk(channel), 0);
    const { failure } = progress;
    const reason = failure === undefined ? error.message : explain(failure);
    return failed(model, reason, 0, progress.isFatal ?? false);
  }
}

/** In the upstream's own words, which clients do not get: who tests a channel is the one who can mend it. */
function explain({ status, message, cause }: FailureClass): string {
  if (status !== 0) return `The upstream answered ${String(status)}: ${message}`;
  return cause === undefined ? message : `${message} ${cause}`;
}

/** Nothing was sent: clients hear of other channels then, but a test has only this one. */
function nothingToAsk({ type, provider }: RelayChannel): string {
  return provider === undefined
    ? `This version cannot call channels of type ${String(type)}.`
    : `Channels of type ${String(type)} (${provider.displayName}) have nothing that a test could ask for: neither chat nor embeddings at this address.`;
}

/** Embedding models can not chat, so they are asked for what they do. */
function makeQuestion(model: string, prompt: string): InboundRequest {
  const isEmbedding = /embed|bge-|m3e/i.test(model);
  const operation: Operation = isEmbedding ? 'embeddings' : 'chat';
  const question = isEmbedding
    ? { model, input: prompt }
    : { model, messages: [{ role: 'user', content: prompt }] };
  const probe = probeJson(Buffer.from(JSON.stringify(question)));
  return {
    door: 'openai',
    operation,
    family: familyOf(operation),
    headers: {},
    pathModel: undefined,
    path: isEmbedding ? '/v1/embeddings' : '/v1/chat/completions',
    search: '',
    accept: undefined,
    forwardedHeaders: [],
    facts: readJsonRequest(operation, probe),
    body: { kind: 'json', probe },
    characters: 0,
    priceFacts: {},
    hasCapsule: false,
    history: undefined,
    fetchedMedia: undefined,
    conversation: undefined,
  };
}

function judge(model: string, operation: Operation, facts: AnswerFacts): ProbeResult {
  const text = facts.generatedText();
  if (operation === 'embeddings')
    return {
      isOk: true,
      message: 'The channel answered with an embedding.',
      durationMs: 0,
      model,
      isFatal: false,
    };
  if (text === '' && facts.usage === undefined)
    return failed(model, 'The answer has neither text nor usage.', 0);
  return { isOk: true, message: text, durationMs: 0, model, isFatal: false };
}

/** Nobody waits at the other end of a test, and nobody leaves. */
function nobody(): ClientSide {
  return {
    requestId: createRequestId(),
    isGone: false,
    onGone: undefined,
    beginStream: ignore,
    write: () => true,
  };
}

function ignore(): void {
  // a test is never streamed
}
