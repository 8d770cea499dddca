import type { Agent, Dispatcher } from 'undici';
import { EnvHttpProxyAgent, Pool, ProxyAgent } from './undici.ts';

export interface PoolSettings {
  connectTimeoutMs: number;
  /** `RELAY_PROXY`: every upstream call goes through it. */
  proxyUrl?: string;
  /** `HTTPS_PROXY` and relatives, used where no `RELAY_PROXY` is set. */
  environmentProxies?: { httpProxy?: string; httpsProxy?: string; noProxy?: string };
}

/** Keep-alive connections to upstreams, one pool for each origin. */
export interface UpstreamPools {
  poolFor(origin: string): Dispatcher;
  close(): Promise<void>;
}

/** Idle connections are closed before most vendors do it, or a request would race with their close. */
const KEEP_ALIVE_MS = 30_000;

export function createUpstreamPools(settings: PoolSettings): UpstreamPools {
  const options = {
    connect: { timeout: settings.connectTimeoutMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    pipelining: 1,
  };
  const proxy = openProxy(settings, options);
  const pools = new Map<string, Dispatcher>();
  return {
    poolFor(origin) {
      if (proxy !== undefined) return proxy;
      let pool = pools.get(origin);
      if (pool === undefined) {
        pool = new Pool(origin, options);
        pools.set(origin, pool);
      }
      return pool;
    },
    async close() {
      await Promise.all(
        [...pools.values(), ...(proxy === undefined ? [] : [proxy])].map((pool) => pool.destroy()),
      );
      pools.clear();
    },
  };
}

function openProxy(settings: PoolSettings, options: Agent.Options): Dispatcher | undefined {
  if (settings.proxyUrl !== undefined)
    return new ProxyAgent({ ...options, uri: settings.proxyUrl });
  const { httpProxy, httpsProxy, noProxy } = settings.environmentProxies ?? {};
  if (httpProxy === undefined && httpsProxy === undefined) return undefined;
  return new EnvHttpProxyAgent({
    ...options,
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
  });
}
