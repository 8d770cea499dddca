export { makePrice } from './make-price.ts';
export { makeUsageEvent } from './make-usage-event.ts';
export { waitUntil } from './wait-until.ts';
