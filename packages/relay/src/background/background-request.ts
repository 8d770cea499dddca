import { probeJson, readJsonRequest, spliceJson } from '@turnpike/adaptors';
import { errors, type ResponseStore } from '@turnpike/core';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/** A request whose answer is made after it was answered. */
export interface BackgroundRequest {
  /** The same request as the pipeline serves it: a stream that nobody but us waits for, and that no vendor keeps. */
  inbound: InboundRequest;
  /** The client wants to see the answer as it is made. */
  isStream: boolean;
}

/**
 * Undefined where the answer is wanted at once. No vendor is asked to answer later: its bill would come later too, and
 * nobody would see it.
 *
 * @throws `unsupported_parameter` where no answer is kept here, `invalid_request` where this one is not to be kept
 */
export function readBackgroundRequest(
  store: ResponseStore,
  inbound: InboundRequest,
): BackgroundRequest | undefined {
  if (inbound.operation !== 'responses' || inbound.body.kind !== 'json') return undefined;
  const { probe } = inbound.body;
  if (probe.scalar(probe.last('background')) !== true) return undefined;
  if (!store.isOpen) throw errors.unsupportedParameter({ param: 'background' });
  if (probe.scalar(probe.last('store')) === false)
    throw errors.invalidRequest({
      param: 'store',
      reason: "'store' must not be false for a response that is made in the background.",
      reasonZh: "后台生成的响应不能将 'store' 设为 false。",
    });
  const { slices, byteLength } = spliceJson(probe, [
    { op: 'delete', key: 'background' },
    { op: 'set', key: 'store', json: 'false' },
    { op: 'set', key: 'stream', json: 'true' },
  ]);
  const body = probeJson(Buffer.concat(slices, byteLength));
  return {
    inbound: {
      ...inbound,
      facts: readJsonRequest('responses', body),
      body: { kind: 'json', probe: body },
    },
    isStream: probe.scalar(probe.last('stream')) === true,
  };
}
