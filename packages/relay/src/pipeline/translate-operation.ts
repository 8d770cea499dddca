import {
  beginRequest,
  type EncodeDeps,
  type EncodedRequest,
  type EncodeInput,
} from './encoded-request.ts';
import { BridgedAnswer } from './bridged-answer.ts';
import type { ForeignWay } from './foreign-way.ts';
import { pathFactsOf } from './inbound-request.ts';
import { addHeaders, targetOf, traceHeaders } from './translated-request.ts';

/** Makes the request of another vendor's operation out of the client's: embeddings and the like, which are no conversations. */
export function translateOperation(
  deps: EncodeDeps,
  input: EncodeInput,
  { bridge, url }: Extract<ForeignWay, { kind: 'bridge' }>,
): EncodedRequest {
  const { channel, inbound, upstreamModel: model } = input;
  const { provider, dialect } = targetOf(channel, bridge.to);
  const { body } = inbound;
  if (body.kind !== 'json') throw new Error('bridges are for JSON');
  const json = JSON.parse(body.probe.body.toString('utf8')) as Record<string, unknown>;
  const scope = provider.id;
  const target = { model, dialect, config: channel.config, scope };
  const made = bridge.encodeRequest(json, target, pathFactsOf(inbound));
  const encoded = beginRequest(url, dialect);
  encoded.body = Buffer.from(JSON.stringify(made.body));
  encoded.losses = made.losses;
  const named = [...traceHeaders(inbound), ...Object.entries(made.headers).flat()];
  addHeaders(deps, encoded, input, named, false);
  for (const loss of made.losses) deps.metrics.lossCounted(inbound.operation, bridge.to, loss);
  encoded.translator = new BridgedAnswer(bridge, {
    body: json,
    model: inbound.facts.model,
    dialect,
    requestId: input.requestId,
  });
  return encoded;
}
