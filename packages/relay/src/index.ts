export { createRelay } from './create-relay.ts';
export type { Relay, RelayOptions } from './create-relay.ts';
export type { RelaySettings } from './relay-deps.ts';
export { isRelayUrl } from './http/relay-routes.ts';
export { createRequestId } from './request-id.ts';
