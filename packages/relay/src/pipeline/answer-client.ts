import { encodeError, encodeStreamError } from '@turnpike/adaptors';
import { errors, type GatewayError } from '@turnpike/core';
import type { ClientConnection } from '../http/client-connection.ts';
import { prefersChinese } from '../http/request-headers.ts';
import { answerHeaders, type Served } from './call.ts';
import type { InboundRequest } from './inbound-request.ts';

const DONE = Buffer.from('data: [DONE]\n\n');

/** Sends what was withheld until the bill was safe: the whole body, or a stream's last event. */
export function answerClient(
  connection: ClientConnection,
  inbound: InboundRequest,
  { outcome }: Served,
): void {
  if (outcome.kind === 'buffered') {
    connection.sendBody(
      outcome.status,
      answerHeaders(outcome.headers),
      outcome.body,
      outcome.length,
    );
    return;
  }
  if (outcome.endState === 'upstream-failed') {
    breakOff(
      connection,
      errors.upstreamFailed({
        reason: 'The upstream broke off its answer. What was delivered is billed.',
      }),
    );
  } else if (outcome.wasCutByBudget) {
    connection.end(Buffer.concat([lengthFinish(inbound), DONE]));
  } else {
    connection.end(outcome.tap.terminal());
  }
}

/** An error before anything was sent: a proper status and body. */
export function answerError(connection: ClientConnection, error: GatewayError): void {
  const { status, headers, body } = encodeError(error, {
    requestId: connection.requestId,
    isChinese: prefersChinese(connection.request.headers),
  });
  connection.sendBody(status, headers, [body], body.length);
  connection.request.resume(); // what the client still sends is read away, so that it gets to see the answer
}

/**
 * An error after the answer began: an event of the client's protocol, and no terminal marker. Answers of raw bytes have
 * no such event; their connection is broken.
 */
export function breakOff(connection: ClientConnection, error: GatewayError): void {
  if (!connection.isEventStream) {
    connection.destroy();
    return;
  }
  connection.end(
    encodeStreamError(error, {
      requestId: connection.requestId,
      isChinese: prefersChinese(connection.request.headers),
    }),
  );
}

/** The finish of an answer that ended because the budget did. */
function lengthFinish({ operation, model }: InboundRequest): Buffer {
  const choice =
    operation === 'completions'
      ? { index: 0, text: '', finish_reason: 'length' }
      : { index: 0, delta: {}, finish_reason: 'length' };
  const object = operation === 'completions' ? 'text_completion' : 'chat.completion.chunk';
  const created = Math.floor(Date.now() / 1000);
  return Buffer.from(
    `data: ${JSON.stringify({ id: 'chatcmpl-budget', object, created, model, choices: [choice] })}\n\n`,
  );
}
