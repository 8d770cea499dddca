import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Answers who is calling: the peer, or what a trusted proxy says. */
export type ClientAddressOf = (request: IncomingMessage) => string;

/**
 * `X-Forwarded-For` counts only where the peer is a trusted proxy; then the right-most address that is not itself
 * a trusted proxy is the client. Anything else could be forged.
 */
export function createClientAddressOf(trustedProxies: readonly string[]): ClientAddressOf {
  const trusted = createAddressList(trustedProxies);
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    if (trustedProxies.length === 0 || !trusted(peer)) return peer;
    const forwarded = request.headers['x-forwarded-for'];
    const chain = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
      .split(',')
      .map((part) => plainAddress(part.trim()));
    for (let at = chain.length - 1; at >= 0; at -= 1) {
      const address = chain[at] as string;
      if (isIP(address) === 0) break;
      if (!trusted(address)) return address;
    }
    return peer;
  };
}

/** Tests addresses against CIDRs and single addresses; what does not parse never matches. */
export function createAddressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [network = '', prefix] = entry.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(network) === 0) continue;
    const bits = prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix);
    if (Number.isInteger(bits) && bits >= 0 && bits <= (family === 'ipv6' ? 128 : 32))
      list.addSubnet(network, bits, family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** An IPv4 client on a dual-stack socket is `::ffff:1.2.3.4`. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.')
    ? address.slice('::ffff:'.length)
    : address;
}
