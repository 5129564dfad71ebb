import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is in one of several subnets.
 * @param address An IP address.
 * @param subnets As `10.1.0.0/16`, or an address alone; what is neither takes nothing.
 */
export function isInSubnets(address: string, subnets: readonly string[]): boolean {
  return narrowestBits(address, subnets) !== null;
}

/**
 * The length of the narrowest of several subnets that an address is in, in bits of their prefix; null: none.
 * @param address An IP address.
 * @param subnets As `10.1.0.0/16`, or an address alone; what is neither takes nothing.
 */
export function narrowestBits(address: string, subnets: readonly string[]): number | null {
  const own = isIP(address);
  if (own === 0) return null;
  let narrowest: number | null = null;
  for (const subnet of subnets) {
    const [base = '', length] = subnet.split('/');
    const family = isIP(base);
    const bits = length === undefined ? MOST_BITS[family] : Number(length);
    if (bits === undefined || !(bits >= 0 && bits <= (MOST_BITS[family] ?? -1))) continue;
    const list = new BlockList();
    list.addSubnet(base, bits, FAMILIES[family]);
    if (list.check(address, FAMILIES[own])) narrowest = Math.max(narrowest ?? 0, bits);
  }
  return narrowest;
}

const MOST_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };
const FAMILIES: Readonly<Record<number, 'ipv4' | 'ipv6'>> = { 4: 'ipv4', 6: 'ipv6' };
