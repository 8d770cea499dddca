import type { PathFacts } from '@turnpike/adaptors';
import type { CapsuleBox, Family } from '@turnpike/core';
import { openConversation, type Conversation } from './conversation.ts';

/** Takes clients' conversations apart for translation. */
export interface Conversations {
  /** @throws `invalid_request` with `param` */
  open(body: Buffer, family: Family, path: PathFacts): Promise<Conversation>;
  close(): Promise<void>;
}

export function createConversations(capsules: CapsuleBox): Conversations {
  return {
    open: (body, family, path) =>
      new Promise((resolve) => {
        resolve(openConversation(body, family, path, capsules));
      }),
    close: () => Promise.resolve(),
  };
}
