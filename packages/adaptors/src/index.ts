export type {
  Dialect,
  Provider,
  StreamFacts,
  StreamTap,
  StreamUsage,
  UpstreamError,
  UpstreamTarget,
} from './codec.ts';
