import type { Finding } from '../../finding.js';
import type { MatchedRule } from '../first-match.js';
import { describeObject } from '../manifest/manifest-object.js';
import { manifestFinding } from '../manifest-finding.js';
import { resolveShortName } from './host.js';
import { MESH, type VirtualService } from './virtual-service.js';

/**
 * Weights that a request by a gateway does not meet: those of VirtualServices that are for the mesh alone,
 * of a host that the gateway's rule sends to. A gateway sends to the service's pods, past their routes.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService (gateways).
 */
export function meshOnlyWeights(
  virtualServices: readonly VirtualService[],
  { object, rule }: MatchedRule,
): Finding[] {
  if (rule.action.kind !== 'forward') return [];
  const hosts = new Set(
    rule.action.backends
      .filter(({ subset }) => subset === null)
      .map(({ host }) => resolveShortName(host, object.namespace)),
  );
  return virtualServices.flatMap((other): Finding[] => {
    if (other.gateways.some((name) => name !== MESH)) return [];
    const host = other.hosts
      .map((name) => resolveShortName(name, other.namespace))
      .find((name) => hosts.has(name));
    const weighted = other.http.find(
      ({ action }) => action.kind === 'forward' && action.backends.length > 1,
    );
    if (host === undefined || weighted === undefined) return [];
    return [
      manifestFinding({
        code: 'weights-not-applied',
        about: 'call',
        summary: `the weights of ${weighted.label} in ${describeObject(other)} do not apply to this request: it comes in by a gateway, and they are for the mesh alone; give ${host} these destinations in the rule ${rule.label} of ${describeObject(object)}`,
        place: weighted.node.field('route').place(),
      }),
    ];
  });
}
