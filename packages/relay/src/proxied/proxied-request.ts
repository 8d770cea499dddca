import type { IncomingMessage } from 'node:http';
import { toBodilessRequest } from '../pipeline/bodiless-request.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/**
 * What stands for a model where there is none: in log rows, in a token's list of models, and in the option
 * `ModelPrice`, which may set a price for each request.
 */
export const PROXIED_MODEL = 'proxy';

const noTokens = { inputTokens: 0, outputTokens: 0 };

/** A request as the steps of the pipeline see it. Its body is nobody's business and goes on unread. */
export function toProxiedRequest(request: IncomingMessage, path: string): InboundRequest {
  return toBodilessRequest(request, 'proxy', path, {
    model: PROXIED_MODEL,
    isStream: false,
    wantsUsage: false,
    hasTextOutput: false,
    declaredOutput: 0,
    estimate: { soft: noTokens, hard: noTokens },
  });
}
