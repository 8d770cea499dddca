import type { EncodeTarget } from '../../translation.ts';
import type { LossList } from '../../translate/loss-list.ts';
import type { ModelFacts } from './model-facts.ts';

/** What the encoders of one request share. */
export interface EncodeContext {
  target: EncodeTarget;
  facts: ModelFacts;
  losses: LossList;
}
