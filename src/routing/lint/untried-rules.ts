import type { Finding } from '../../finding.js';
import { isPlaintextHttp, passesTlsThrough, terminatesTls } from '../istio/gateway.js';
import type { GatewayServer } from '../istio/gateway.js';
import { resolveGatewayName, type VirtualService } from '../istio/virtual-service.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';

type Layer = 'http' | 'tls' | 'tcp';

const LAYERS: readonly Layer[] = ['http', 'tls', 'tcp'];

const WHAT_IS_NEEDED: Readonly<Record<Layer, string>> = {
  http: 'they need one that speaks HTTP, or takes TLS off with the protocol HTTPS',
  tls: 'they need one that passes TLS through (mode PASSTHROUGH)',
  tcp: 'they need one without HTTP (protocol TCP), or that takes TLS off with the protocol TLS',
};

/**
 * Rules of VirtualServices for gateways alone that are never tried, because no server of these works on
 * their layer.
 * Source: istio/istio pilot/pkg/networking/core/gateway.go, buildGatewayTCPBasedFilterChains and
 * createGatewayTCPFilterChainOpts.
 */
export function untriedRules(set: ManifestSet): Finding[] {
  const gateways = new Map(set.gateways.map((gateway) => [objectKey(gateway), gateway]));
  return set.virtualServices.flatMap((object): Finding[] => {
    const named = object.gateways.map((name) =>
      gateways.get(resolveGatewayName(name, object.namespace)),
    );
    // One that is the mesh, or is not given, may try them.
    if (named.includes(undefined)) return [];
    const spoken = new Set(
      named.flatMap((gateway) => (gateway?.servers ?? []).map((server) => layerOf(server))),
    );
    return LAYERS.filter((layer) => object[layer].length > 0 && !spoken.has(layer)).map((layer) =>
      untried(object, layer),
    );
  });
}

/** @returns null: no rules are tried there. */
function layerOf(server: GatewayServer): Layer | null {
  if (isPlaintextHttp(server) || terminatesTls(server)) return 'http';
  if (!passesTlsThrough(server)) return 'tcp';
  return server.tls?.mode === 'AUTO_PASSTHROUGH' ? null : 'tls';
}

function untried({ gateways, node }: VirtualService, layer: Layer): Finding {
  return manifestFinding({
    code: 'untried-rules',
    summary: `no server of ${gateways.join(', ')} ever tries ${layer} rules: ${WHAT_IS_NEEDED[layer]}`,
    place: node.field('spec').field(layer).place(),
  });
}
