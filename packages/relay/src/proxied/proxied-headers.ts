import type { IncomingHttpHeaders } from 'node:http';

/** What is between two neighbours only, and what is said anew on each way. */
const ofOneWay: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The channel's key takes the place of the client's, and the rest is undici's to say. */
const notForwarded: ReadonlySet<string> = new Set([
  ...ofOneWay,
  'authorization',
  'host',
  'expect',
  'accept-encoding',
]);

/** Ours, or about a host that is ours: what an upstream says of its own would hold for this one. */
const notReturned: ReadonlySet<string> = new Set([
  ...ofOneWay,
  'x-request-id',
  'request-id',
  'x-oneapi-request-id',
  'strict-transport-security',
  'public-key-pins',
  'alt-svc',
  'clear-site-data',
]);

const SESSION_COOKIE = 'session';

/**
 * The client's headers for the upstream: name, value, … No header that carries the client's own key or the session of
 * the console goes on.
 *
 * @param clientKey without prefix
 */
export function headersForUpstream(headers: IncomingHttpHeaders, clientKey: string): string[] {
  const named = namedByConnection(headers.connection);
  const forwarded: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notForwarded.has(name) || named.has(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    if (text.includes(clientKey)) continue;
    const passed = name === 'cookie' ? withoutSession(text) : text;
    if (passed !== '') forwarded.push(name, passed);
  }
  return forwarded;
}

/** The upstream's headers for the client: name, value, … */
export function headersForClient(headers: IncomingHttpHeaders): string[] {
  const named = namedByConnection(headers.connection);
  const returned: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notReturned.has(name) || named.has(name)) continue;
    if (name.startsWith('access-control-')) continue; // said by this server, for all its doors
    for (const text of typeof value === 'string' ? [value] : value)
      if (name !== 'set-cookie' || !isSession(text)) returned.push(name, text);
  }
  return returned;
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function withoutSession(cookies: string): string {
  const others = cookies.split(';').filter((cookie) => !isSession(cookie));
  return others.join(';').trim();
}

function isSession(cookie: string): boolean {
  return cookie.trim().startsWith(`${SESSION_COOKIE}=`);
}
