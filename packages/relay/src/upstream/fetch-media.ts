import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import { isPublicAddress, lookupPublic } from './public-lookup.ts';
import { Agent } from './undici.ts';

/** The content of a file that a client named by its address. */
export interface FetchedMedia {
  /** Lower case, without parameters. */
  mime: string;
  base64: string;
}

export interface MediaLimits {
  maxBytes: number;
  /** `host` or `host:port`, lower case: servers of one's own network that may be asked too. */
  privateHosts: readonly string[];
}

/** Fetches files from addresses that clients give. */
export interface MediaFetcher {
  /** Undefined where it cannot be had: out of reach, too large, no file that a model takes, or not public. Never throws. */
  fetch(address: string, limits: MediaLimits): Promise<FetchedMedia | undefined>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 3;
/** What nobody wants is read this far, so that the connection can be used again. */
const MAX_DUMPED_BYTES = 64 * 1024;
const takenTypes =
  /^(?:image|audio|video)\/[\w.+-]+$|^application\/pdf$|^text\/(?:plain|csv|markdown)$/;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Connections of its own, never through a proxy: that would resolve the names itself. */
export function createMediaFetcher(): MediaFetcher {
  const options = { connections: 4, pipelining: 1, headersTimeout: TIMEOUT_MS };
  const open = new Agent(options);
  const guarded = new Agent({ ...options, connect: { lookup: lookupPublic } });

  async function read(address: string, limits: MediaLimits): Promise<FetchedMedia | undefined> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let url = parseAddress(address);
    for (let hops = 0; url !== undefined && hops <= MAX_REDIRECTS; hops += 1) {
      const isAllowed = isPrivateHost(url, limits);
      if (!isAllowed && !mayBePublic(url)) return undefined;
      const dispatcher = isAllowed ? open : guarded;
      const { origin, pathname, search } = url;
      const answer = await dispatcher.request({
        origin,
        path: pathname + search,
        method: 'GET',
        headers: { accept: 'image/*, audio/*, video/*, application/pdf, text/plain' },
        signal,
      });
      if (answer.statusCode === 200) return await readFile(answer, limits.maxBytes);
      await answer.body.dump({ limit: MAX_DUMPED_BYTES });
      const { location } = answer.headers;
      if (!redirects.has(answer.statusCode) || typeof location !== 'string') return undefined;
      url = parseAddress(location, url);
    }
    return undefined;
  }

  return {
    fetch: (address, limits) => read(address, limits).catch(() => undefined),
    async close() {
      await Promise.all([open.destroy(), guarded.destroy()]);
    },
  };
}

function parseAddress(address: string, base?: URL): URL | undefined {
  if (!URL.canParse(address, base?.href)) return undefined;
  const url = new URL(address, base);
  const isPlain = url.username === '' && url.password === '';
  return isPlain && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
}

function isPrivateHost({ hostname, host }: URL, { privateHosts }: MediaLimits): boolean {
  return privateHosts.includes(host) || privateHosts.includes(hostname);
}

/** Names are looked at when they are resolved; numbers never are resolved. Other ports are other services. */
function mayBePublic({ hostname, port }: URL): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return port === '' && (isIP(bare) === 0 || isPublicAddress(bare));
}

async function readFile(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<FetchedMedia | undefined> {
  const type = headers['content-type'];
  const mime = (typeof type === 'string' ? (type.split(';')[0] ?? '') : '').trim().toLowerCase();
  const chunks: Buffer[] = [];
  let length = Number(headers['content-length'] ?? 0);
  if (!takenTypes.test(mime) || length > maxBytes) {
    await body.dump({ limit: MAX_DUMPED_BYTES });
    return undefined;
  }
  length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined; // leaving the loop ends the connection
    chunks.push(chunk);
  }
  return length === 0 ? undefined : { mime, base64: Buffer.concat(chunks).toString('base64') };
}
