import type { SimulatedRequest } from '../../packages/server/src/demo/simulator-record.ts';
import type { Books } from './books.mjs';
import type { Sight } from './traffic.mjs';

export interface Evidence {
  sights: readonly Sight[];
  served: readonly SimulatedRequest[];
  books: Books;
  price: (usage: { promptTokens: number; completionTokens: number }) => number;
  isCalm?: boolean;
  mayOverdraw?: boolean;
}

export function findBillingErrors(evidence: Evidence): string[];
