import { InputError } from '../../input-error.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Backend } from '../rule.js';
import { findService } from '../service-registry.js';

/** A route leads to a port that its destination does not have: there is no cluster, so requests fail with 503. */
export class UnknownPortError extends InputError {}

/**
 * Refuses a destination at a port that its service does not have. Where the route names none, a sidecar
 * takes the port that the request was sent to, and a gateway the service's only one, else its own.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, GetDestinationCluster;
 * pilot/pkg/networking/core/httproute.go, BuildSidecarOutboundVirtualHosts, where services have the port
 * of the listener alone; tls.go, buildSidecarOutboundTCPFilterChainOpts, where they have all.
 * @param host In full.
 * @param at The proxy's port, null where it is not known; `isSidecar`: beside the client, for requests.
 * @throws UnknownPortError when the service is known, and has not the port.
 */
export function refuseUnknownPort(
  set: ManifestSet,
  backend: Backend,
  host: string,
  { port: listenerPort, isSidecar }: { port: number | null; isSidecar: boolean },
): void {
  const ports = findService(set, host)?.ports ?? [];
  const [only, ...others] = ports;
  if (only === undefined || (backend.port === null && !isSidecar && others.length === 0)) return;
  const port = backend.port ?? listenerPort;
  if (port === null || ports.includes(port)) return;
  const destination = backend.node.field('destination');
  throw new UnknownPortError(
    `${host} has no port ${port}, so there is no cluster for it: it has ${ports.join(', ')}; ` +
      (backend.port === null
        ? `the route names no port, and then that of the request counts: give the destination port.number`
        : 'correct port.number'),
    (backend.port === null ? destination : destination.field('port')).place(),
  );
}
