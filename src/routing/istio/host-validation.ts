import { isIP } from 'node:net';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { coveredBy } from './host.js';

/**
 * Refuses the hosts of a VirtualService that Istio's webhook refuses, so that the object never comes to
 * be: what is no domain name, `*` for the mesh, one host that repeats or covers another, and gateways of
 * one that others delegate to.
 * Source: istio/istio pkg/config/validation/validation.go, ValidateVirtualService;
 * pkg/config/validation/agent/validation.go, ValidateWildcardDomain.
 * @param gateways As written; empty means the mesh.
 * @throws InputError with the rule that it breaks.
 */
export function refuseHosts(spec: ManifestNode, gateways: readonly string[]): void {
  const node = spec.field('hosts');
  const hosts = node.strings();
  if (hosts.length === 0 && gateways.length > 0)
    throw spec
      .field('gateways')
      .error(
        'Istio refuses it: a VirtualService without hosts is one that others delegate to, and has no gateways: give it hosts, or leave gateways out',
      );
  const isForMesh = gateways.length === 0 || gateways.includes('mesh');
  for (const [index, host] of hosts.entries()) {
    if (isForMesh && host === '*')
      throw node.error(
        'Istio refuses it: a VirtualService of the mesh cannot have the host *: name its services, or its gateways',
      );
    if (!isWildcardDomain(host) && isIP(host) === 0)
      throw node.error(
        `Istio refuses it: ${JSON.stringify(host)} is no domain name${/:\d+$/.test(host) ? ', for hosts have no port: match[].port tells ports apart' : ': use letters, digits, - and dots, and * as or in the first label alone'}`,
      );
    const double = hosts.slice(0, index).find((other) => isWithinOther(host, other));
    if (double !== undefined)
      throw node.error(
        `Istio refuses it: the hosts ${double} and ${host} of one VirtualService ${double === host ? 'are the same' : 'overlap'}: leave one out`,
      );
  }
}

function isWithinOther(host: string, other: string): boolean {
  return coveredBy(host, other) || coveredBy(other, host);
}

const LABEL = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';

/** A wildcard stands for the beginning of the first label, or for all of it. */
const WILDCARD_DOMAIN = new RegExp(`^(?:\\*|(?:\\*|\\*-)?${LABEL})(?:\\.${LABEL})*\\.?$`);

const MOST_LETTERS = 255;

function isWildcardDomain(host: string): boolean {
  return host.length <= MOST_LETTERS && WILDCARD_DOMAIN.test(host);
}
