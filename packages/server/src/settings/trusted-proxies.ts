import { BlockList, isIP } from 'node:net';
import { format, type ValueFormat } from './value-formats.ts';

const namedRanges: Record<string, readonly string[] | undefined> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Addresses and subnets, always as `address/prefix`; the named ranges are spelled out. */
export const proxyRanges: ValueFormat<readonly string[]> = format(
  'addresses or subnets such as 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas',
  (text) => {
    const ranges: string[] = [];
    for (const item of text.split(',').map((part) => part.trim().toLowerCase())) {
      if (item === '') continue;
      const range = namedRanges[item] ?? toRange(item);
      if (range === undefined) return undefined;
      ranges.push(...range);
    }
    return ranges;
  },
);

function toRange(item: string): readonly string[] | undefined {
  const [address = '', prefix, ...rest] = item.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  const length = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (length < 0 || length > longest) return undefined;
  return [`${address}/${length}`];
}

/**
 * Tells whether an address belongs to a trusted proxy. Addresses of IPv4 clients on an IPv6 socket
 * (`::ffff:10.0.0.1`) count as IPv4.
 */
export function createProxyTrust(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix = ''] = range.split('/');
    trusted.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const plain =
      address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    const family = isIP(plain);
    return family !== 0 && trusted.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  };
}
