import { intersectHosts, resolveShortName } from '../istio/host.js';
import {
  allRules,
  MESH,
  resolveGatewayName,
  type VirtualService,
} from '../istio/virtual-service.js';
import { attachedRoutes } from '../gateway-api/attach.js';
import { implementationOf } from '../gateway-api/implementation.js';
import { takesEverything } from '../istio/merge-order.js';
import type { GatewayServer } from '../istio/gateway.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/** Hosts and ports of VirtualServices that no server of their Gateways has. */
export function unservedHosts(set: ManifestSet): Finding[] {
  const gateways = new Map(set.gateways.map((gateway) => [objectKey(gateway), gateway]));
  const known = new Map<string, Served>();
  const servedBy = (names: readonly string[]): Served => {
    const key = names.join(' ');
    const found =
      known.get(key) ?? servedAt(names.flatMap((name) => gateways.get(name)?.servers ?? []));
    known.set(key, found);
    return found;
  };
  return set.virtualServices.flatMap((object): Finding[] => {
    const names = object.gateways
      .filter((name) => name !== MESH)
      .map((name) => resolveGatewayName(name, object.namespace));
    const spec = object.node.field('spec');
    const missing = names.filter((name) => !gateways.has(name));
    if (missing.length > 0)
      return [
        manifestFinding({
          code: 'gateway-missing',
          summary: `the Gateway ${missing.join(', ')} is not among the manifests`,
          place: spec.field('gateways').place(),
        }),
      ];
    if (names.length === 0 || object.gateways.includes(MESH)) return [];
    const { hosts, ports } = servedBy(names);
    const unserved = object.hosts.filter((host) => !isServed(host.toLowerCase(), hosts));
    return [
      ...unserved.map((host): Finding =>
        manifestFinding({
          code: 'unserved-host',
          summary: `no server of ${names.join(', ')} has the host ${host}: there are ${[...hosts].slice(0, MAX_NAMED).join(', ')}`,
          place: spec.field('hosts').place(),
        }),
      ),
      ...unservedPorts(object, ports),
    ];
  });
}

/** As many hosts as one sentence can name. */
const MAX_NAMED = 10;

interface Served {
  hosts: ReadonlySet<string>;
  ports: ReadonlySet<number>;
}

function servedAt(servers: readonly GatewayServer[]): Served {
  return {
    hosts: new Set(servers.flatMap((server) => server.hosts.map(({ host }) => host))),
    ports: new Set(servers.map(({ port }) => port)),
  };
}

function isServed(host: string, hosts: ReadonlySet<string>): boolean {
  if (hosts.has(host)) return true;
  for (const served of hosts) if (intersectHosts(host, served) !== null) return true;
  return false;
}

function unservedPorts(object: VirtualService, ports: ReadonlySet<number>): Finding[] {
  return allRules(object).flatMap((rule) =>
    rule.entries.flatMap((entry) =>
      entry.conditions.flatMap((condition): Finding[] =>
        condition.on !== 'port' || ports.has(condition.port)
          ? []
          : [
              manifestFinding({
                code: 'unserved-port',
                summary: `no server of its Gateways has the port ${condition.port}: there are ${[...ports].join(', ')}`,
                place: rule.node.field('match').place(),
              }),
            ],
      ),
    ),
  );
}

/** VirtualServices that contend for one host: in the mesh only one counts, at a gateway both take everything. */
export function conflictingVirtualServices(set: ManifestSet): Finding[] {
  const byHost = new Map<string, VirtualService[]>();
  for (const object of set.virtualServices) {
    // Rules for connections of several VirtualServices stand side by side.
    if (object.http.length === 0) continue;
    for (const gateway of object.gateways) {
      const name = resolveGatewayName(gateway, object.namespace);
      if (name !== MESH && !object.http.some(takesEverything)) continue;
      for (const host of object.hosts) {
        const full = name === MESH ? resolveShortName(host, object.namespace) : host.toLowerCase();
        const key = `${full} at ${name === MESH ? 'the mesh' : name}`;
        byHost.set(key, [...(byHost.get(key) ?? []), object]);
      }
    }
  }
  return [...byHost].flatMap(([key, objects]): Finding[] => {
    const [first, ...others] = [...new Set(objects)];
    if (first === undefined || others.length === 0) return [];
    return others.map((other) =>
      manifestFinding({
        code: 'conflicting-virtual-services',
        summary: `${describeObject(other)} and ${describeObject(first)} both have routes for ${key}: ${orderOf([first, other])}`,
        place: other.node.field('spec').field('hosts').place(),
      }),
    );
  });
}

function orderOf(objects: readonly VirtualService[]): string {
  const isPublic = objects.every(({ exportTo }) => exportTo.length === 0 || exportTo.includes('*'));
  return isPublic
    ? 'the older one wins'
    : "one that exportTo keeps to the proxy's namespace comes first, then one exported to it by name, then a public one, and of each the older one";
}

/** Routes of the Gateway API that no listener takes. */
export function unattachedRoutes(set: ManifestSet): Finding[] {
  if (set.apiGateways.length === 0) return [];
  return [...set.apiRoutes, ...set.connectionRoutes]
    .filter(({ parentRefs }) => parentRefs.some(({ kind }) => kind === 'Gateway'))
    .filter((route) =>
      set.apiGateways.every(
        (gateway) =>
          attachedRoutes(set, implementationOf(set, gateway).kind, gateway, gateway.listeners, [
            route,
          ]).length === 0,
      ),
    )
    .map((route) =>
      manifestFinding({
        code: 'route-not-attached',
        summary: `${describeObject(route)} is attached to no listener: check its parentRefs and hostnames, who the listener lets in, and whether another of its port has more right to the host`,
        place: route.node.field('spec').field('parentRefs').place(),
      }),
    );
}
