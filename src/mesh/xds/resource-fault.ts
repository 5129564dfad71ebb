import type { JsonObject } from '@bufbuild/protobuf';
import { type XdsKind, XDS_KINDS, type XdsResources } from './resources.js';

/** What can be wrong with all resources of a kind: they are not there, or no client accepts them (NACK). */
export type ResourceFault = 'missing' | 'invalid';

/** Faults by kind. */
export type ResourceFaults = Readonly<Partial<Record<XdsKind, ResourceFault | null>>>;

/** What Envoy and the clients of gRPC each refuse, in a form that both can read. */
const SPOILT: Readonly<Record<XdsKind, (resource: JsonObject) => JsonObject>> = {
  lds: (listener) => JSON.parse(JSON.stringify(listener, withoutRouter)) as JsonObject,
  rds: (routes) => JSON.parse(JSON.stringify(routes, withoutPath)) as JsonObject,
  // Envoy asks for a time above zero, gRPC for endpoints of EDS or DNS.
  cds: (cluster) => ({ ...cluster, type: 'STATIC', connect_timeout: '0s' }),
  // Beyond what Envoy takes, and priorities before it are missing.
  eds: (endpoints) => ({ ...endpoints, endpoints: [{ ...PLACE, priority: 200 }] }),
};

const PLACE = { locality: { region: 'region' }, load_balancing_weight: 1 };

function withoutRouter(key: string, value: unknown): unknown {
  if (key !== 'http_filters') return value;
  const typed = 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault';
  return [{ name: 'envoy.filters.http.fault', typed_config: { '@type': typed } }];
}

function withoutPath(key: string, value: unknown): unknown {
  return key === 'match' ? {} : value;
}

/** The resources as they are told where something is wrong with some. */
export function withFaults(resources: XdsResources, faults: ResourceFaults): XdsResources {
  const told: Record<XdsKind, readonly JsonObject[]> = { ...resources };
  for (const kind of XDS_KINDS) {
    if (faults[kind] === 'missing') told[kind] = [];
    else if (faults[kind] === 'invalid') told[kind] = resources[kind].map(SPOILT[kind]);
  }
  return told;
}
