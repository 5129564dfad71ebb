import type { Finding } from '../../finding.js';
import { lintManifests } from '../lint/lint.js';
import type { ManifestSet } from '../manifest-set.js';
import { preparedSet } from '../prepared-set.js';
import type { RouteRequest } from '../request.js';
import { connectionRules } from './connections.js';
import { gatewayApiMeshRules, gatewayApiRules } from './gateway-api.js';
import { ingressRules } from './ingress-nginx.js';
import { istioGatewayRules } from './istio-gateways.js';
import { istioMeshRules } from './istio-mesh.js';
import { joinedTables } from './joined-tables.js';
import type { HostRules, ListedRoute, ListedTable, UnroutedService } from './listed.js';
import { RowMaker } from './row.js';
import { unroutedServices } from './unrouted-services.js';

/** Every route of a set of manifests; plain data. */
export interface RouteList {
  tables: ListedTable[];
  /** Services that no route of the mesh names. */
  unrouted: UnroutedService[];
  /** Errors first. */
  findings: Finding[];
}

/** Of what a listing depends on, and a request says. */
export type ListedRequest = Pick<
  RouteRequest,
  'namespace' | 'objectNamespace' | 'gatewayPort' | 'gatewayClass' | 'rolloutStep'
>;

/** One kind of configuration: the tables that requests meet there. */
type RuleSource = (set: ManifestSet, any: RouteRequest, findings: Finding[]) => HostRules[];

/** In the order in which they are listed. */
const SOURCES: readonly RuleSource[] = [
  istioGatewayRules,
  gatewayApiRules,
  ingressRules,
  istioMeshRules,
  gatewayApiMeshRules,
  connectionRules,
];

/**
 * Lists every route of every gateway, and of every host of the mesh, in the order in which they are
 * tried. The tables are those that {@link resolveRoute} looks requests up in.
 * @throws InputError when the manifests contradict themselves: two different objects have one name.
 */
export function listRoutes(manifests: ManifestSet, asked: ListedRequest): RouteList {
  const any: RouteRequest = { ...ANY_REQUEST, ...asked };
  const set = preparedSet(manifests, any);
  const maker = new RowMaker(set);
  const noticed: Finding[] = [];
  const hosts = SOURCES.flatMap((source) => source(set, any, noticed));
  const tables = hosts.map((host) => tableOf(host, maker));
  const withRoutes = tables.filter(({ routes, clients }) => routes.length > 0 || clients !== null);
  const lint = lintManifests(manifests, asked.objectNamespace ?? asked.namespace);
  return {
    tables: joinedTables(withRoutes),
    unrouted: unroutedServices(set, hosts),
    findings: onceEach([
      ...set.findings,
      ...noticed,
      ...hosts.flatMap(({ findings }) => findings),
      ...maker.findings,
      ...lint,
    ]),
  };
}

const ANY_REQUEST: RouteRequest = {
  method: 'GET',
  path: '/',
  scheme: 'http',
  authority: '',
  headers: new Map(),
  targetPort: null,
  via: undefined,
  namespace: '',
};

function tableOf(
  { via, client, entrances, host, rules, ruleClient, notes }: HostRules,
  maker: RowMaker,
): ListedTable {
  return {
    via,
    clients: client === null ? null : [client],
    entrances: [...entrances],
    hosts: [host],
    routes: rules.flatMap((rule): ListedRoute[] => {
      const row = maker.rowOf(rule, ruleClient);
      return row === null ? [] : [row];
    }),
    notes: [...notes],
  };
}

/** One thing at one place is said once, by whoever says it first; errors come first, then by place. */
function onceEach(findings: readonly Finding[]): Finding[] {
  const byKey = new Map<string, Finding>();
  for (const finding of findings) {
    const { code, place, summary } = finding;
    const key = JSON.stringify([code, place ?? summary]);
    const before = byKey.get(key);
    if (before === undefined || (before.severity !== 'error' && finding.severity === 'error'))
      byKey.set(key, finding);
  }
  return [...byKey.values()].toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      compare(one.place?.file ?? '', other.place?.file ?? '') ||
      compare(one.place?.line ?? 0, other.place?.line ?? 0),
  );
}

function rank({ severity }: Finding): number {
  return severity === 'error' ? 0 : 1;
}

function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one === other ? 0 : 1;
}
