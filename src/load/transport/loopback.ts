import { BlockList, isIP } from 'node:net';
import type { Endpoint } from '../../wire/socket/endpoint.js';

/** RFC 1122 section 3.2.1.3 and RFC 4291 section 2.5.3. */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');
// Connecting to the unspecified address reaches this machine.
LOOPBACK.addAddress('0.0.0.0');
LOOPBACK.addAddress('::', 'ipv6');

/**
 * Whether a connection stays on this machine: a Unix socket, or an address of the loopback network.
 *
 * @param endpoint With the address that its name was resolved to.
 */
export function isLoopback(endpoint: Endpoint): boolean {
  if (endpoint.kind === 'unix') return true;
  const [address = ''] = endpoint.host.split('%');
  const family = isIP(address);
  if (family === 0) return /^(?:.+\.)?localhost\.?$/i.test(address);
  // An IPv4 address in IPv6's clothes is found by the list of IPv4.
  return LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
