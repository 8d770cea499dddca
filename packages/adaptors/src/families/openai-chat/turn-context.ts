import type { ChatTraits } from '../../codec.ts';
import type { LossList } from '../../translate/loss-list.ts';

export interface MessageContext {
  traits: ChatTraits;
  losses: LossList;
  aliasName: (name: string) => string;
  /** A prompt of the channel, instead of the client's instructions. */
  systemPrompt?: string | undefined;
  /** Scope of opaque state that the upstream accepts. */
  scope: string;
}

export interface TurnContext extends MessageContext {
  index: number;
  isLast: boolean;
  /** Behind the last words of the user, where the model is still working on its answer. */
  isInLoop: boolean;
}
