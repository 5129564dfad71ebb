import type { ManifestNode } from '../manifest/manifest-node.js';
import { type ClientTls, readClientTls } from './client-tls.js';
import { type LoadBalancer, readLoadBalancer } from './load-balancer.js';

/** What holds for connections to a destination; `null`: it does not say. */
export interface TrafficSettings {
  loadBalancer: LoadBalancer | null;
  connectionPool: ManifestNode | null;
  outlierDetection: ManifestNode | null;
  tls: ClientTls | null;
}

/** A traffic policy of a host or of a subset: what holds for all ports, and what for single ones. */
export interface TrafficPolicy {
  all: TrafficSettings;
  ofPort: ReadonlyMap<number, TrafficSettings>;
}

/**
 * Source: https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
 * @returns `null` where there is none.
 */
export function readTrafficPolicy(node: ManifestNode): TrafficPolicy | null {
  if (node.absent) return null;
  const ofPort = new Map<number, TrafficSettings>();
  for (const settings of node.field('portLevelSettings').items()) {
    const port = settings.field('port').field('number').optionalInteger();
    if (port !== null && !ofPort.has(port)) ofPort.set(port, readSettings(settings));
  }
  return { all: readSettings(node), ofPort };
}

function readSettings(node: ManifestNode): TrafficSettings {
  return {
    loadBalancer: readLoadBalancer(node.field('loadBalancer')),
    connectionPool: given(node.field('connectionPool')),
    outlierDetection: given(node.field('outlierDetection')),
    tls: readClientTls(node.field('tls')),
  };
}

function given(node: ManifestNode): ManifestNode | null {
  return node.absent ? null : node;
}
