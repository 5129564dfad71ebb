import type { Finding } from '../../finding.js';
import { gatewayWorkloads } from '../istio/gateway-workload.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';

/** Servers of Istio Gateways that Istio leaves out when it merges them. */
export function droppedServers(set: ManifestSet): Finding[] {
  return gatewayWorkloads(set, set.gateways, undefined).flatMap(({ dropped }) =>
    dropped.map(({ server, reason }) =>
      manifestFinding({ code: 'dropped-server', summary: reason, place: server.node.place() }),
    ),
  );
}
