import { createRequire } from 'node:module';
import type undici from 'undici';

const require = createRequire(import.meta.url);

/**
 * The dispatchers of undici, one by one: its index also loads `fetch`, caches, mocks and sockets, which nothing here
 * uses and which would cost every process 5 MB and every start their compilation.
 */
const load = (file: string): unknown => require(`undici/lib/${file}.js`);

// As the index does, so that every dispatcher has `request` and its relatives.
const { prototype } = load('dispatcher/dispatcher') as typeof undici.Dispatcher;
Object.assign(prototype, load('api/index'));

export const Agent = load('dispatcher/agent') as typeof undici.Agent;
export const Pool = load('dispatcher/pool') as typeof undici.Pool;
export const ProxyAgent = load('dispatcher/proxy-agent') as typeof undici.ProxyAgent;
export const EnvHttpProxyAgent = load(
  'dispatcher/env-http-proxy-agent',
) as typeof undici.EnvHttpProxyAgent;
