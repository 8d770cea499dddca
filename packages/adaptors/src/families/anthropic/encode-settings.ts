import type { CanonicalRequest, OutputSettings } from '@turnpike/core';
import type { LossList } from '../../translate/loss-list.ts';
import { noteUncarried } from '../../translate/note-uncarried.ts';
import { shortHash } from '../../translate/short-hash.ts';
import { defined } from '../../wire/defined.ts';
import type { JsonObject } from '../../wire/json-object.ts';
import type { ModelCapabilities } from './model-capabilities.ts';

export interface SamplingContext {
  capabilities: ModelCapabilities;
  isThinking: boolean;
  losses: LossList;
}

/** Temperature and its like, as far as the model takes them. */
export function encodeSampling(
  { temperature, topP, topK }: OutputSettings,
  { capabilities, isThinking, losses }: SamplingContext,
): JsonObject {
  const isRefused = capabilities.refusesSampling || isThinking;
  if (isRefused) {
    if ((temperature ?? topP ?? topK) !== undefined) {
      losses.add('warn', 'dropped', 'output.temperature', 'this model takes no sampling settings');
    }
    return {};
  }
  const dropsTopP = capabilities.hasOneSampling && temperature !== undefined && topP !== undefined;
  if (dropsTopP) losses.add('warn', 'dropped', 'output.top_p', 'only one of two settings is taken');
  if (temperature !== undefined && temperature > 1) {
    losses.add('warn', 'approximated', 'output.temperature', 'one is the most that is possible');
  }
  return defined({
    temperature: temperature === undefined ? undefined : Math.min(Math.max(temperature, 0), 1),
    top_p: dropsTopP ? undefined : topP,
    top_k: topK,
  });
}

/** Members that have a counterpart here. */
export function encodeSettings(
  request: CanonicalRequest,
  stops: readonly string[] | undefined,
): JsonObject {
  const user = encodeUser(request.identity.endUser);
  return defined({
    stop_sequences: stops,
    metadata: user === undefined ? undefined : { user_id: user },
    service_tier: encodeTier(request.serviceTier),
  });
}

/** Opaque ids only: what looks like an address of a person is told apart by its hash. */
function encodeUser(endUser: string | undefined): string | undefined {
  if (endUser === undefined) return undefined;
  const isPersonal = endUser.includes('@') || /^\+?[\d ()-]{7,}$/.test(endUser);
  return isPersonal || endUser.length > 256 ? shortHash(endUser, 32) : endUser;
}

function encodeTier(tier: string | undefined): string | undefined {
  if (tier === 'default' || tier === 'standard_only') return 'standard_only';
  return tier === 'auto' ? 'auto' : undefined;
}

/** Notes members that have no counterpart. `to`: undefined where what Anthropic's clients say is foreign as well. */
export function noteForeign(
  request: CanonicalRequest,
  to: 'anthropic' | undefined,
  losses: LossList,
): void {
  const { output, state, safety, identity, serviceTier } = request;
  noteUncarried(request.extras, to, losses);
  if ((output.choices ?? 1) > 1) losses.add('fatal', 'dropped', 'output.n', 'one answer only');
  if (output.audio !== undefined || output.modalities?.some((kind) => kind !== 'text') === true) {
    losses.add('fatal', 'dropped', 'output.modalities', 'answers are text');
  }
  const dropped: readonly (readonly [string, unknown])[] = [
    ['seed', output.seed],
    ['logit_bias', output.logitBias],
    ['logprobs', output.logprobs],
    ['frequency_penalty', output.frequencyPenalty],
    ['presence_penalty', output.presencePenalty],
  ];
  for (const [name, value] of dropped) {
    if (value !== undefined)
      losses.add('warn', 'dropped', `output.${name}`, 'it is not known here');
  }
  if (output.prediction !== undefined)
    losses.add('info', 'dropped', 'output.prediction', 'not known here');
  if (output.verbosity !== undefined)
    losses.add('info', 'dropped', 'output.verbosity', 'not known here');
  if (safety !== undefined) losses.add('warn', 'dropped', 'safety', 'settings of another vendor');
  if (identity.metadata !== undefined)
    losses.add('info', 'dropped', 'identity.metadata', 'there is no place for it');
  if (state?.store === true)
    losses.add('info', 'dropped', 'state.store', 'answers are not stored here');
  if (serviceTier !== undefined && encodeTier(serviceTier) === undefined)
    losses.add('info', 'dropped', 'serviceTier', 'there is no such tier');
  if (state?.previousId !== undefined) {
    losses.add('fatal', 'dropped', 'state.previous_id', 'the conversation is stored elsewhere');
  }
}
