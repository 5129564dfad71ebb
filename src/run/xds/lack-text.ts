import { describeResource } from '../../inputs/xds/resource-kinds.js';
import type { XdsLack } from '../../inputs/xds/xds-client.js';
import { seconds } from '../../number-text.js';

/**
 * What a client lacks of its configuration, in a line.
 *
 * @param server The control plane, as it is written.
 * @param waitedMs How long it was waited for.
 */
export function lackText(lack: XdsLack, server: string, waitedMs: number): string {
  switch (lack.lack) {
    case 'control-plane':
      return `the control plane cannot be asked: ${lack.why}`;
    case 'missing': {
      const waited = `within ${seconds(waitedMs / 1000)}`;
      const said = lack.isToldAbsent
        ? `its answers ${waited} are without it`
        : `no answer ${waited}`;
      return `the control plane ${server} has no ${describeResource(lack.kind, lack.name)}: ${said}; ${ADVICE[lack.kind]}`;
    }
    case 'refused':
      return `the client refuses the ${describeResource(lack.kind, lack.name)} of the control plane ${server}: ${lack.reason}`;
    case 'virtual-host':
      return `the ${describeResource('rds', lack.name)} of the control plane ${server} has no virtual host for ${lack.authority}, and for ${lack.domains.join(', ') || 'none'} alone: check the port of the Service, and that its name begins with grpc or http`;
    case 'endpoints':
      return `the control plane ${server} has no pod that may be called in ${lack.clusters.join(', ')}: check that pods are ready, and what the subsets select (clients drop localities without load_balancing_weight)`;
  }
}

const ADVICE = {
  lds: 'check the name and the port of the Service, and that the client may see it (Sidecar, exportTo)',
  rds: 'check the port of the Service: one named tcp has no routes',
  cds: 'check that a DestinationRule has the subset that the route leads to',
  eds: 'check that the Service has pods that are ready',
} as const;
