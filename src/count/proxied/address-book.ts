import { NOBODY } from '../attribution.js';
import type { PodAddress } from './knowledge.js';

/** Who has an address. */
export interface KnownPod {
  pod: string;
  /** {@link NOBODY}: the pod's name has to tell. */
  destination: number;
}

/** Looks up who has an address. @returns null where nobody is known, or it is not clear who. */
export type FindPod = (upstreamHost: string) => KnownPod | null;

/** Longer texts are no address. */
const MAX_LENGTH = 256;

/**
 * Makes a list of addresses ready to be looked up, by what proxies call a host they chose:
 * `10.1.2.3:50051`, `[fd00::1]:50051`, and in ambient meshes `envoy://connect_originate/10.1.2.3:50051`.
 */
export function podFinder(addresses: readonly PodAddress[]): FindPod {
  const byAddress = new Map<string, PodAddress[]>();
  for (const entry of addresses) {
    const address = canonicalAddress(entry.address);
    if (address === null) continue;
    byAddress.set(address, [...(byAddress.get(address) ?? []), entry]);
  }
  return (upstreamHost) => {
    const host = parseUpstreamHost(upstreamHost);
    if (host === null) return null;
    const all = byAddress.get(host.address) ?? [];
    const fitting = isOnePod(all)
      ? all
      : all.filter(({ ports }) => host.port !== null && ports?.includes(host.port) === true);
    const [first] = fitting;
    if (first === undefined || !isOnePod(fitting)) return null;
    const known = fitting.find(({ destination }) => destination !== null) ?? first;
    return { pod: known.pod, destination: known.destination ?? NOBODY };
  };
}

/** A pod may be listed for several Services, and pods of different namespaces may have one name. */
function isOnePod(entries: readonly PodAddress[]): boolean {
  return entries.every(
    ({ pod, namespace }) => pod === entries[0]?.pod && namespace === entries[0].namespace,
  );
}

/** Where a proxy sent a request. */
export interface UpstreamHost {
  /** In the one spelling that all of its spellings come to. */
  address: string;
  port: number | null;
}

/** Reads what a proxy calls the host it chose. @returns null for anything but an IP address. */
export function parseUpstreamHost(text: string): UpstreamHost | null {
  if (text.length > MAX_LENGTH) return null;
  const host = text.startsWith('envoy://') ? text.slice(text.lastIndexOf('/') + 1) : text;
  const match = /^(?:\[([\da-fA-F:.%\w]+)\]|(\d+\.\d+\.\d+\.\d+))(?::(\d{1,5}))?$/.exec(host);
  // Without brackets a port would be a part of an IPv6 address.
  const address = canonicalAddress(match === null ? host : (match[1] ?? match[2] ?? ''));
  if (address === null) return null;
  return { address, port: match?.[3] === undefined ? null : Number(match[3]) };
}

/**
 * The one spelling of an IP address: RFC 5952's, and IPv4 for what is mapped into IPv6.
 *
 * @returns null where it is none.
 */
function canonicalAddress(text: string): string | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return hostnameOf(text);
  const [address = ''] = text.split('%');
  if (!/^[\da-fA-F:]+(?::\d+\.\d+\.\d+\.\d+)?$/.test(address)) return null;
  const v6 = hostnameOf(`[${address}]`)?.slice(1, -1) ?? null;
  const mapped = v6 === null ? null : /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(v6);
  if (mapped === null) return v6;
  const [high, low] = [parseInt(mapped[1] ?? '', 16), parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function hostnameOf(host: string): string | null {
  const url = `http://${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : null;
}
