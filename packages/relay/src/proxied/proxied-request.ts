import type { IncomingMessage } from 'node:http';
import { probeJson, type BodyFacts } from '@turnpike/adaptors';
import { searchOf } from '../http/relay-routes.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/**
 * What stands for a model where there is none: in log rows, in a token's list of models, and in the option
 * `ModelPrice`, which may set a price for each request.
 */
export const PROXIED_MODEL = 'proxy';

const nothing = probeJson(Buffer.from('{}'));
const noTokens = { inputTokens: 0, outputTokens: 0 };

/** A request as the steps of the pipeline see it. Its body is nobody's business and goes on unread. */
export function toProxiedRequest(request: IncomingMessage, path: string): InboundRequest {
  const facts: BodyFacts = {
    model: PROXIED_MODEL,
    isModelImplied: false,
    isStream: false,
    wantsUsage: false,
    hasTextOutput: false,
    declaredOutput: 0,
    choices: 1,
    serviceTier: undefined,
    affinityKey: undefined,
    size: '',
    quality: '',
    duplicatedKeys: [],
    estimate: { soft: noTokens, hard: noTokens },
  };
  return {
    door: 'openai',
    operation: 'proxy',
    family: undefined,
    headers: request.headers,
    pathModel: undefined,
    path,
    search: searchOf(request.url ?? ''),
    accept: undefined,
    forwardedHeaders: [],
    facts,
    body: { kind: 'json', probe: nothing },
    characters: 0,
    priceFacts: {},
    hasCapsule: false,
    history: undefined,
    fetchedMedia: undefined,
    conversation: undefined,
  };
}
