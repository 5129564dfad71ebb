import { InputError } from '../../input-error.js';
import type { MatchContext } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import { findService, knownHosts, wildcardService } from '../service-registry.js';
import type { Finding } from '../../finding.js';
import { agesKnown } from './age.js';
import { isApplicable } from './applicable.js';
import { withDelegates } from './delegate.js';
import {
  CLUSTER_DOMAIN,
  coveredBy,
  hostOf,
  mostSpecificHost,
  portOf,
  resolveShortName,
} from './host.js';
import { severalError } from './merge-order.js';
import { MESH, type VirtualService } from './virtual-service.js';
import { inOrderFor, type SeenVirtualService } from './visibility.js';

/** Where a request within the mesh goes. */
export interface MeshHost {
  /** Full name of the host, or the wildcard that takes it; `null` when no route knows it. */
  host: string | null;
  /** The name the request asks for, in full; the wildcard of the ServiceEntry that it belongs to. */
  asked: string;
  /** Port of the service; `null` when nothing tells. */
  port: number | null;
  /** Hosts the manifests have routes for. */
  hosts: string[];
  rules: OrderedRule[];
  /** Of VirtualServices that have the host, and none for the port and the client. */
  passedOver: OrderedRule[];
  /** The asked name is a Service or ServiceEntry of the manifests, which has the port. */
  isService: boolean;
  findings: Finding[];
  note: string | null;
}

/** The service that a request of the mesh asks for. */
export interface AskedInMesh {
  /** What the VirtualServices are for, by full names. */
  named: MeshNames;
  /** Those of these names that are there at the port. */
  served: string[];
  asked: { name: string; note: string | null };
  /** `null` when nothing tells. */
  port: number | null;
}

/** Whether the client's proxy sees a service, by its full name. */
type Imports = (service: string) => boolean;

/** @throws InputError when the authority names no service, and there are several. */
export function askInMesh(
  set: ManifestSet,
  virtualServices: readonly VirtualService[],
  request: RouteRequest,
): AskedInMesh {
  const named = hostsInMesh(virtualServices, request.namespace);
  const told = askedHost(set, [...named.keys()], request);
  const port = servicePort(set, told.name, request);
  const served = [...named.keys()].filter((name) => isServed(set, name, port, named));
  const { rulesOf } = rulesReader(set, port, request);
  const present = served.filter(
    (host) =>
      !serviceSpellings(hostOf(request.authority), request.namespace).includes(host) ||
      findService(set, host) !== null ||
      (named.get(host) ?? []).some((seen) => rulesOf(seen).some(isApplicable)),
  );
  // Another spelling of the name may mean a service, where no rule makes the first one a host.
  const asked = present.includes(told.name) ? told : askedHost(set, present, request);
  return { named, served, asked, port };
}

/**
 * Finds the routes of a request that a sidecar, or a gRPC client by xDS, sends to a service. A host
 * has the rules of one VirtualService: those for sidecars are not merged, the first one that has a rule
 * for the port and the client wins. A service that only VirtualServices without such a rule name keeps
 * its own route.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, buildSidecarVirtualHostsForVirtualService
 * and separateVSHostsAndServices; pilot/pkg/model/sidecar.go, computeWildcardHostVirtualServiceIndex.
 * @param asked By {@link askInMesh}.
 * @throws InputError when several VirtualServices have the host and their age is not known.
 */
export function meshHostOf(
  set: ManifestSet,
  { named, served, asked, port }: AskedInMesh,
  request: RouteRequest,
  isImported: Imports,
): MeshHost {
  // Only a service that has the port has short names.
  const isAbsentService =
    asked.name !== hostOf(request.authority) &&
    findService(set, asked.name) !== null &&
    serviceAt(set, asked.name, port) === null;
  const table = meshTableOf(
    set,
    named,
    isAbsentService ? [] : served,
    { name: asked.name, port },
    request,
    isImported,
  );
  if (table.rivals.length > 0) throw severalError(table.rivals);
  return {
    ...table,
    asked: table.service ?? asked.name,
    isService: table.service !== null,
    port,
    hosts: served,
    note: asked.note,
  };
}

/** The routes that a sidecar has for one name at one port. */
export interface MeshTable extends Pick<MeshHost, 'host' | 'rules' | 'passedOver' | 'findings'> {
  /** The service or the wildcard of a ServiceEntry that the name belongs to at the port; null: none. */
  service: string | null;
  /** VirtualServices of which only an unknown age says which one counts; the first one's rules are given. */
  rivals: VirtualService[];
}

/**
 * @param named As {@link hostsInMesh} gives them.
 * @param served Of these names the ones that sidecars have at the port; others than the asked one and
 *   wildcards may be left out.
 */
export function meshTableOf(
  set: ManifestSet,
  named: MeshNames,
  served: readonly string[],
  asked: { name: string; port: number | null },
  request: RouteRequest,
  isImported: Imports,
): MeshTable {
  const { port } = asked;
  const { rulesOf, findings } = rulesReader(set, port, request);
  const isNamed =
    served.includes(asked.name) &&
    (named.get(asked.name) ?? []).some((seen) => rulesOf(seen).some(isApplicable));
  const service = serviceAt(set, asked.name, port) ?? (isNamed ? null : wildcardAt(set, asked));
  // To the proxy, what is not imported is a name like any other.
  const isService = service !== null && isImported(service);
  const name = isService ? service : asked.name;
  const tables = new Map(
    served
      .filter((host) => mostSpecificHost(name, [host]) !== null)
      .filter((host) => isService || !isOfServices(set, host, port, isImported))
      .map((host) => [
        host,
        (named.get(host) ?? []).map((seen) => ({ ...seen, rules: rulesOf(seen) })),
      ]),
  );
  const isAnyApplicable = (host: string): boolean =>
    (tables.get(host) ?? []).some(({ rules }) => rules.some(isApplicable));
  // A service belongs to the narrowest host, whether a rule applies or not; any other name falls to a wider one.
  const pattern = mostSpecificHost(
    name,
    [...tables.keys()].filter((host) => isService || isAnyApplicable(host)),
  );
  const candidates = pattern === null ? [] : (tables.get(pattern) ?? []);
  // Of a wildcard, only the first VirtualService is held against a service.
  const tried =
    isService && pattern?.startsWith('*') === true ? candidates.slice(0, 1) : candidates;
  const applicable = tried.filter(({ rules }) => rules.some(isApplicable));
  const [first] = applicable;
  const rivals = applicable
    .filter(({ tier }) => tier === first?.tier)
    .map(({ virtualService }) => virtualService);
  return {
    host: first === undefined ? null : pattern,
    service,
    rules: first?.rules ?? [],
    passedOver: [...tables.values()]
      .flat()
      .flatMap(({ rules }) => (rules.some(isApplicable) ? [] : rules)),
    findings: [...findings],
    rivals: rivals.length > 1 && !agesKnown(rivals) ? rivals : [],
  };
}

/** The full names that VirtualServices of the mesh have, each with these in the order in which they count. */
export type MeshNames = ReadonlyMap<string, readonly SeenVirtualService[]>;

/** The full names that VirtualServices of the mesh have rules for, each with these in the order they count. */
export function hostsInMesh(
  virtualServices: readonly VirtualService[],
  namespace: string,
): MeshNames {
  const inMesh = virtualServices.filter(({ gateways }) => gateways.includes(MESH));
  const named = new Map<string, SeenVirtualService[]>();
  for (const seen of inOrderFor(namespace, inMesh)) {
    for (const host of seen.virtualService.hosts) {
      const name = resolveShortName(host, seen.virtualService.namespace);
      const found = named.get(name) ?? [];
      if (!found.includes(seen)) found.push(seen);
      named.set(name, found);
    }
  }
  return named;
}

/** Port of the hosts that are no services. */
const HTTP_PORT = 80;

/**
 * Whether sidecars have a host of a VirtualService at a port: one that is no service with this port they
 * know at port 80, and where the same VirtualService has a real service. A name of the cluster's is taken
 * for a service even where its manifest is not given, and so is every name where none is.
 */
export function isServed(
  set: ManifestSet,
  name: string,
  port: number | null,
  named: MeshNames,
): boolean {
  if (port === null || port === HTTP_PORT || hasPort(set, name, port)) return true;
  if (set.services.length + set.serviceEntries.length === 0) return true;
  return (named.get(name) ?? []).some(({ virtualService: { hosts, namespace } }) =>
    hosts.some((host) => hasPort(set, resolveShortName(host, namespace), port)),
  );
}

/** The service of a name, where it has the port; null: none. */
function serviceAt(set: ManifestSet, name: string, port: number | null): string | null {
  const service = findService(set, name);
  if (service === null || (port !== null && !service.ports.includes(port))) return null;
  return service.host;
}

/** The wildcard of a ServiceEntry that a name belongs to, where it has the port; null: none. */
function wildcardAt(
  set: ManifestSet,
  { name, port }: { name: string; port: number | null },
): string | null {
  const entry = findService(set, name) === null ? wildcardService(set, name) : null;
  return entry === null ? null : serviceAt(set, entry.host, port);
}

/** Reads the rules of VirtualServices for a request, and gathers what is to be said of them. */
function rulesReader(
  set: ManifestSet,
  port: number | null,
  request: RouteRequest,
): { rulesOf: (seen: SeenVirtualService) => OrderedRule[]; findings: Set<Finding> } {
  const findings = new Set<Finding>();
  const context: MatchContext = {
    request,
    port,
    gateways: [MESH],
    source: { labels: request.clientLabels ?? null, namespace: request.namespace },
  };
  const rulesOf = ({ virtualService }: SeenVirtualService): OrderedRule[] => {
    const noticed: Finding[] = [];
    const rules = withDelegates(virtualService, set.virtualServices, noticed).map((placed) => ({
      ...placed,
      context,
    }));
    for (const finding of noticed) findings.add(finding);
    return rules;
  };
  return { rulesOf, findings };
}

/** A wildcard that takes services of which the client's proxy knows stands for these alone. */
function isOfServices(
  set: ManifestSet,
  name: string,
  port: number | null,
  isImported: Imports = () => true,
): boolean {
  return (
    name.startsWith('*') &&
    knownHosts(set).some(
      (host) =>
        coveredBy(host, name) &&
        (port === null || (findService(set, host)?.ports.includes(port) ?? false)) &&
        isImported(host),
    )
  );
}

/** Whether a name stands for a service that has a port. */
function hasPort(set: ManifestSet, name: string, port: number): boolean {
  const service = findService(set, name);
  if (service !== null) return service.ports.includes(port);
  return name.startsWith('*') ? isOfServices(set, name, port) : name.endsWith(`.${CLUSTER_DOMAIN}`);
}

/**
 * The service an authority means. A client in the mesh may leave out the end of a service's name;
 * an address or `localhost` is a port-forward or an embedded mesh and names no service, so that
 * the manifests' only host is meant.
 */
export function askedHost(
  set: ManifestSet,
  hosts: readonly string[],
  request: RouteRequest,
): { name: string; note: string | null } {
  const host = hostOf(request.authority);
  const known = [...hosts, ...knownHosts(set)];
  const exact = serviceSpellings(host, request.namespace).find((name) => known.includes(name));
  if (exact !== undefined) return { name: exact, note: null };
  if (!namesNoService(host)) return { name: host, note: null };
  const services = [...new Set(hosts.length > 0 ? hosts : known)];
  const onPort = services.filter((name) =>
    findService(set, name)?.ports.includes(request.targetPort ?? 0),
  );
  const [only, ...others] = services.length > 1 && onPort.length === 1 ? onPort : services;
  if (only === undefined || only.includes('*')) return { name: host, note: null };
  if (others.length > 0)
    throw new InputError(
      `the authority ${request.authority} names no service, and the manifests have ` +
        `${hosts.length > 0 ? 'routes for' : 'the services'} ${services.slice(0, MAX_NAMED).join(', ')}` +
        `${services.length > MAX_NAMED ? ` and ${services.length - MAX_NAMED} more` : ''}: choose with --authority`,
    );
  const why =
    services.length > 1 ? `the only one with port ${request.targetPort ?? ''}` : 'the only host';
  return {
    name: only,
    note: `the authority ${request.authority} names no service: ${why}, ${only}, is taken`,
  };
}

/** As many services as one sentence can name. */
const MAX_NAMED = 10;

/** The full names a client in a namespace may mean by a host, in the order they are tried. */
export function serviceSpellings(host: string, clientNamespace: string): string[] {
  return [
    host,
    `${host}.${clientNamespace}.${CLUSTER_DOMAIN}`,
    `${host}.${CLUSTER_DOMAIN}`,
    `${host}.cluster.local`,
  ];
}

export function namesNoService(host: string): boolean {
  return host === '' || host === 'localhost' || /^\[|^\d+(\.\d+){3}$/.test(host);
}

/**
 * The port a route matches on in the mesh is the service's. A target that is told apart from the authority
 * need not be the service itself.
 */
export function servicePort(set: ManifestSet, host: string, request: RouteRequest): number | null {
  if (request.gatewayPort !== undefined) return request.gatewayPort;
  const ports = findService(set, host)?.ports ?? [];
  const [only, ...others] = ports;
  const single = only !== undefined && others.length === 0 ? only : null;
  const { authority, targetPort } = request;
  if (namesNoService(hostOf(authority))) return single;
  return (
    portOf(authority) ??
    (single === null || targetPort === null || ports.includes(targetPort) ? targetPort : null) ??
    single
  );
}
