import { BlockList, isIP } from 'node:net';
import { InputError, type InputPlace } from '../input-error.js';

/** Targets that a load may go to, and where that stands. Plain data. */
export interface AllowedTargets {
  /** As the user wrote them, at least one. */
  patterns: readonly string[];
  place: InputPlace;
}

/** Where a connection goes: a name or an address with its port, or a socket in the file system. */
export type Place =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

type Pattern =
  | { kind: 'unix'; path: string }
  | { kind: 'name'; name: string; port: number | null }
  /** Addresses of a network; a single one is a network of its own. */
  | { kind: 'addresses'; network: BlockList; port: number | null };

const FORMS =
  'write a host, *.domain, an address or a network, with a port or without: gateway.example.com:443, 10.0.0.0/8, unix:/path';

/**
 * Checks how allowed targets are written.
 *
 * @throws InputError when one is malformed.
 */
export function requireTargetPatterns({ patterns, place }: AllowedTargets): void {
  for (const text of patterns) patternOf(text, place);
}

/**
 * Whether connections may be opened. A name that is allowed may have any address; a target whose name is
 * not must have allowed addresses alone.
 *
 * @param dialled Where connections go, as it was written: a name, or an address.
 * @param addresses What that was resolved to.
 */
export function isAllowed(
  { patterns, place }: AllowedTargets,
  dialled: Place,
  addresses: readonly Place[],
): boolean {
  const known = patterns.map((text) => patternOf(text, place));
  if (known.some((pattern) => isNamed(pattern, dialled))) return true;
  return (
    addresses.length > 0 &&
    addresses.every((address) => known.some((pattern) => isWithin(pattern, address)))
  );
}

function isNamed(pattern: Pattern, dialled: Place): boolean {
  if (dialled.kind === 'unix') return pattern.kind === 'unix' && pattern.path === dialled.path;
  if (pattern.kind !== 'name' || !isPort(pattern.port, dialled.port)) return false;
  const host = canonical(dialled.host);
  return pattern.name.startsWith('*.')
    ? host.endsWith(pattern.name.slice(1)) && host.length >= pattern.name.length
    : host === pattern.name;
}

function isWithin(pattern: Pattern, address: Place): boolean {
  if (address.kind === 'unix' || pattern.kind !== 'addresses') return false;
  const [host = ''] = address.host.split('%');
  const family = isIP(host);
  if (family === 0 || !isPort(pattern.port, address.port)) return false;
  return pattern.network.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function isPort(wanted: number | null, port: number): boolean {
  return wanted === null || wanted === port;
}

/** Names differ neither by case nor by the dot of the root. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function patternOf(text: string, place: InputPlace): Pattern {
  const malformed = (): InputError => new InputError(`"${text}" is no target: ${FORMS}`, place);
  const unix = /^unix:(?:\/\/)?(.+)$/.exec(text);
  if (unix !== null) return { kind: 'unix', path: unix[1] ?? '' };
  const [, v6 = '', v6Port] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  const [, plain = text, plainPort] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 === '' ? plain : v6;
  const port = numberOf(v6 === '' ? plainPort : v6Port);
  if (port !== null && (port < 1 || port > 65_535)) throw malformed();
  const [, network = host, bits] = /^([^/]+)\/(\d{1,3})$/.exec(host) ?? [];
  const family = isIP(network);
  if (family !== 0) {
    const most = family === 6 ? 128 : 32;
    const prefix = numberOf(bits) ?? most;
    if (prefix > most) throw malformed();
    const list = new BlockList();
    list.addSubnet(network, prefix, family === 6 ? 'ipv6' : 'ipv4');
    return { kind: 'addresses', network: list, port };
  }
  // A name of digits alone would be read as an address by some.
  if (!/^(?:\*\.)?(?!-)[\p{L}\p{N}_.-]+$/u.test(host) || /^[\d.]+$/.test(host)) throw malformed();
  return { kind: 'name', name: canonical(host), port };
}

function numberOf(digits: string | undefined): number | null {
  return digits === undefined ? null : Number(digits);
}
