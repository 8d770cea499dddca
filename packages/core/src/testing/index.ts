export { measureSurvivors } from './measure-survivors.ts';
export type { Visitor } from './measure-survivors.ts';
export { makePrice } from './make-price.ts';
export { makeUsageEvent } from './make-usage-event.ts';
export { waitUntil } from './wait-until.ts';
export { createInMemoryParkedUsage } from './in-memory-parked-usage.ts';
export type { InMemoryParkedUsage } from './in-memory-parked-usage.ts';
