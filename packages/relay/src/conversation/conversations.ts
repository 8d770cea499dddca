import type { PathFacts } from '@turnpike/adaptors';
import { createCapsuleBox, type Family, type SecretKeys } from '@turnpike/core';
import { patchBody, type PatchTarget } from '../pipeline/patch-body.ts';
import { openConversation, type Conversation } from './conversation.ts';
import { WorkerConversations } from './worker-conversations.ts';

/** Takes clients' conversations apart for translation. */
export interface Conversations {
  /** @throws `invalid_request` with `param` */
  open(body: Buffer, family: Family, path: PathFacts): Promise<Conversation>;
  /** Changes something deep inside a body that stays in its protocol. */
  patch(body: Buffer, target: PatchTarget): Promise<Buffer>;
  close(): Promise<void>;
}

/** Bodies above this would hold the event loop for tens of milliseconds. */
export const LARGE_CONVERSATION_BYTES = 2 * 1024 * 1024;

export function createConversations(secrets: SecretKeys): Conversations {
  const capsules = createCapsuleBox(secrets);
  const large = new WorkerConversations(secrets);
  return {
    open(body, family, path) {
      if (body.length > LARGE_CONVERSATION_BYTES) return large.open(body, family, path);
      return new Promise((resolve) => {
        resolve(openConversation(body, family, path, capsules));
      });
    },
    patch: (body, target) =>
      body.length > LARGE_CONVERSATION_BYTES
        ? large.patch(body, target)
        : Promise.resolve(patchBody(body, target)),
    close: () => large.close(),
  };
}
