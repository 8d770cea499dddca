import { lossPolicies, type Loss, type LossPolicy } from '@turnpike/core';

/** The strictest of what option, channel, token and client want. What is no policy counts as none. */
export function strictestPolicy(...wanted: readonly unknown[]): LossPolicy {
  const ranks = wanted.map((name) => lossPolicies.indexOf(name as LossPolicy));
  return lossPolicies[Math.max(0, ...ranks)] ?? 'lenient';
}

/** The first loss that a policy does not let pass. */
export function findRefusedLoss(losses: readonly Loss[], policy: LossPolicy): Loss | undefined {
  if (policy === 'lenient') return undefined;
  return losses.find(
    ({ severity }) => severity === 'fatal' || (policy === 'paranoid' && severity === 'warn'),
  );
}

export function hasFatalLoss(losses: readonly Loss[]): boolean {
  return losses.some(({ severity }) => severity === 'fatal');
}

/** Value of `x-gateway-losses`: how many, and where the first ones are. */
export function describeLosses(losses: readonly Loss[]): string {
  const first = losses.slice(0, 5).map(({ at, what }) => `${what} ${at}`);
  return [String(losses.length), ...first].join(';').replace(/[^\x20-\x7e]/g, '?');
}

/** A place without its indices, so that there are few of them to count. */
export function placeOf({ at }: Loss): string {
  return at.replace(/\[\d+\]/g, '[]').replace(/\.\d+(?=\.|$)/g, '[]');
}
