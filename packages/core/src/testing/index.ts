export { makeUsageEvent } from './make-usage-event.ts';
export { waitUntil } from './wait-until.ts';
