import { egressScope } from '../istio/egress-scope.js';
import { CLUSTER_DOMAIN, coveredBy, mostSpecificHost, resolveShortName } from '../istio/host.js';
import { hostsInMesh, isServed, type MeshNames, meshTableOf } from '../istio/mesh-routes.js';
import { MESH, type VirtualService } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import { findService, knownHosts } from '../service-registry.js';
import { clientsOf } from './clients.js';
import type { HostRules } from './listed.js';
import { orderNotKnown } from './order-not-known.js';

/** Where a name is that is no service of the registry. */
const HTTP_PORT = 80;

/**
 * The routes of every host that VirtualServices have in the mesh, by the tables that a request meets:
 * for clients of any namespace, and for those of namespaces of which a manifest makes a difference.
 * @param any A request of which only the namespace counts.
 */
export function istioMeshRules(set: ManifestSet, any: RouteRequest): HostRules[] {
  const names = namesInMesh(set);
  const proxies = proxiesFor(set, any);
  return hostsToList(set, names).flatMap(([host, virtualServices]) => {
    const told = clientsOf(set, virtualServices);
    const others = told.has(any.namespace) ? '' : any.namespace;
    return portsOf(set, host, virtualServices).flatMap((port) => {
      const tables = [null, ...told].map((client) => {
        const request = { ...any, namespace: client ?? others };
        return tableFor(set, host, port, client, request, proxies(request.namespace, port));
      });
      // That single clients have no route is worth a table where others have one.
      const hasRoute = tables[0]?.rules.length !== 0;
      return tables.filter(({ rules }) => hasRoute || rules.length > 0);
    });
  });
}

function tableFor(
  set: ManifestSet,
  host: string,
  port: number | null,
  client: string | null,
  request: RouteRequest,
  { named, wildcards, isImported }: Proxies,
): HostRules {
  const fitting = wildcards.filter((name) => mostSpecificHost(host, [name]) !== null);
  const served = [...(named.has(host) ? [host] : []), ...fitting].filter((name) =>
    isServed(set, name, port, named),
  );
  const table = meshTableOf(set, named, served, { name: host, port }, request, isImported);
  return {
    via: ['mesh'],
    client,
    entrances: [{ protocol: 'http', port }],
    host,
    rules: table.rules,
    ruleClient: { namespace: request.namespace, labels: {} },
    notes:
      table.host === null
        ? ['these clients have no route here: a service is reached by its own, any other host not']
        : orderNotKnown(table.rivals),
    findings: table.findings,
  };
}

type ByName = ReadonlyMap<string, readonly VirtualService[]>;

/** Whoever sees them. */
function namesInMesh({ virtualServices }: ManifestSet): ByName {
  const names = new Map<string, VirtualService[]>();
  for (const object of virtualServices) {
    if (!object.gateways.includes(MESH)) continue;
    for (const host of object.hosts) {
      const name = resolveShortName(host, object.namespace);
      const own = names.get(name);
      if (own === undefined) names.set(name, [object]);
      else own.push(object);
    }
  }
  return names;
}

/** Every name, and every service that a wildcard takes, with the VirtualServices that may count for it. */
function hostsToList(set: ManifestSet, names: ByName): [string, readonly VirtualService[]][] {
  const wildcards = [...names].filter(([name]) => name.includes('*'));
  const covered =
    wildcards.length === 0
      ? []
      : knownHosts(set).filter((host) => wildcards.some(([name]) => coveredBy(host, name)));
  return [...new Set([...names.keys(), ...covered])].map((host) => [
    host,
    [
      ...(names.get(host) ?? []),
      ...wildcards
        .filter(([name]) => name !== host && coveredBy(host, name))
        .flatMap(([, objects]) => objects),
    ],
  ]);
}

/** A service's own; of any other name 80, and those of services that a VirtualService has beside it. */
function portsOf(
  set: ManifestSet,
  host: string,
  virtualServices: readonly VirtualService[],
): (number | null)[] {
  const own = findService(set, host)?.ports ?? [];
  if (own.length > 0) return [...own];
  if (set.services.length + set.serviceEntries.length === 0) return [null];
  const beside = virtualServices.flatMap(({ hosts, namespace }) =>
    hosts.flatMap((name) => findService(set, resolveShortName(name, namespace))?.ports ?? []),
  );
  const inCluster = host.endsWith(`.${CLUSTER_DOMAIN}`);
  return inCluster ? [null] : [...new Set([HTTP_PORT, ...beside])];
}

interface Proxies {
  named: MeshNames;
  wildcards: readonly string[];
  isImported: (service: string) => boolean;
}

/** What the proxies of a namespace see, looked up once for each port that a Sidecar may tell apart. */
function proxiesFor(
  set: ManifestSet,
  any: RouteRequest,
): (namespace: string, port: number | null) => Proxies {
  const known = new Map<string, Proxies>();
  return (namespace, port) => {
    const key = set.sidecars.length === 0 ? namespace : `${namespace} ${port ?? ''}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const request = { ...any, namespace, targetPort: port };
    const scope = egressScope(set, set.virtualServices, request);
    const named = hostsInMesh(scope.virtualServices, namespace);
    const wildcards = [...named.keys()].filter((name) => name.includes('*'));
    const isImported = (service: string): boolean => scope.problemOf(service) === null;
    const proxies = { named, wildcards, isImported };
    known.set(key, proxies);
    return proxies;
  };
}
