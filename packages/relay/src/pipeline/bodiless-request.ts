import type { IncomingMessage } from 'node:http';
import { probeJson, type BodyFacts } from '@turnpike/adaptors';
import type { Operation } from '@turnpike/core';
import { searchOf } from '../http/relay-routes.ts';
import type { InboundRequest } from './inbound-request.ts';

const nothing = probeJson(Buffer.from('{}'));

/** A request at OpenAI's door without a body that anybody here reads, as the steps of the pipeline see it. */
export function toBodilessRequest(
  request: IncomingMessage,
  operation: Operation,
  path: string,
  facts: Pick<
    BodyFacts,
    'model' | 'isStream' | 'wantsUsage' | 'hasTextOutput' | 'declaredOutput' | 'estimate'
  >,
): InboundRequest {
  return {
    door: 'openai',
    operation,
    family: undefined,
    headers: request.headers,
    pathModel: undefined,
    path,
    search: searchOf(request.url ?? ''),
    accept: undefined,
    forwardedHeaders: [],
    facts: {
      isModelImplied: false,
      choices: 1,
      serviceTier: undefined,
      affinityKey: undefined,
      size: '',
      quality: '',
      duplicatedKeys: [],
      ...facts,
    },
    body: { kind: 'json', probe: nothing },
    characters: 0,
    priceFacts: {},
    hasCapsule: false,
    history: undefined,
    fetchedMedia: undefined,
    conversation: undefined,
  };
}
