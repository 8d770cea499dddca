import type { PathFacts } from '@turnpike/adaptors';
import {
  GatewayError,
  isGatewayError,
  type CanonicalRequest,
  type Family,
  type OpaqueState,
} from '@turnpike/core';
import type { PatchTarget } from '../pipeline/patch-body.ts';
import type { ConversationTarget, EncodedConversation } from './conversation.ts';

/** What the thread for large conversations is asked. `key` names a conversation that it keeps between the questions. */
export type WorkerQuestion =
  | { id: number; kind: 'open'; key: number; body: Uint8Array; family: Family; path: PathFacts }
  | {
      id: number;
      kind: 'encode';
      key: number;
      target: ConversationTarget;
      remembered: ReadonlyMap<string, readonly OpaqueState[]>;
    }
  | { id: number; kind: 'patch'; body: Uint8Array; target: PatchTarget }
  | { id: number; kind: 'close'; key: number };

export type WorkerAnswer =
  | { id: number; kind: 'opened'; request: CanonicalRequest; bareCalls: readonly string[] }
  | {
      id: number;
      kind: 'encoded';
      made: Omit<EncodedConversation, 'body'> & { body: Uint8Array };
    }
  | { id: number; kind: 'patched'; body: Uint8Array }
  | { id: number; kind: 'failed'; error: CarriedError };

/** An error as plain data. */
export type CarriedError =
  | { isKnown: true; fields: ConstructorParameters<typeof GatewayError>[0] }
  | { isKnown: false; message: string };

export function toCarried(error: unknown): CarriedError {
  if (!isGatewayError(error))
    return { isKnown: false, message: String((error as { stack?: unknown }).stack ?? error) };
  const { code, status, type, retryable, message, messageZh, details } = error;
  return {
    isKnown: true,
    fields: { code, status, type, retryable, message, messageZh, details },
  };
}

export function fromCarried(error: CarriedError): Error {
  return error.isKnown ? new GatewayError(error.fields) : new Error(error.message);
}
