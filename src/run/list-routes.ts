import { InputError } from '../input-error.js';
import { loadConfiguration } from '../inputs/configuration.js';
import type { Finding, Place } from '../finding.js';
import {
  type ListedRouteReport,
  ROUTES_SCHEMA,
  type RoutesReport,
  type RouteTableReport,
} from '../report/routes.js';
import { hostOf, mostSpecificHost } from '../routing/istio/host.js';
import { formatVia } from '../routing/request.js';
import type { ListedRoute, ListedTable } from '../routing/route-list/listed.js';
import { listRoutes as listedRoutes } from '../routing/route-list/list-routes.js';
import type { ListQuestion } from '../scenario/list-question.js';
import type { Secrets } from '../secrets.js';
import { TOOL } from '../tool.js';
import { inOwnNamespace } from './own-namespace.js';
import { shownHeaders } from './shown-headers.js';
import { withoutSecrets } from './without-secrets.js';
import { nothingRoutesError } from '../routing/nothing-routes.js';

/**
 * Lists every route of the manifests, and what is wrong with them.
 *
 * @param signal Gives up reading when it aborts.
 * @throws InputError when a manifest cannot be read, or there is no route of those that are asked for.
 */
export function listRoutes(question: ListQuestion, signal?: AbortSignal): Promise<RoutesReport> {
  return withoutSecrets(question.secrets, () => routesReport(question, signal));
}

async function routesReport(
  given: ListQuestion,
  signal: AbortSignal | undefined,
): Promise<RoutesReport> {
  const { manifests, cluster } = await loadConfiguration(given.manifests, signal);
  const question = inOwnNamespace(given, cluster);
  const { namespace, secrets } = question;
  const { gatewayPort, gatewayClass, rolloutStep, ...filter } = question.manifests;
  const { tables, unrouted, findings } = listedRoutes(manifests, {
    namespace,
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
    ...(gatewayClass === undefined ? {} : { gatewayClass }),
    ...(rolloutStep === undefined ? {} : { rolloutStep }),
  });
  const isAll =
    question.host === null &&
    [filter.via, filter.virtualService, gatewayPort].every((each) => each === undefined);
  const wanted = isAll ? tables : chosenTables(tables, question);
  if (wanted.length === 0 && unrouted.length === 0 && findings.every(isNoError)) {
    throw noRoutesError(findings) ?? nothingRoutesError(manifests);
  }
  const found = codesByRule(wanted, findings);
  return {
    schema: ROUTES_SCHEMA,
    tool: TOOL,
    tables: wanted.map((table) => tableReport(table, found, secrets)),
    unrouted: isAll ? unrouted.map((each) => ({ ...each, ports: [...each.ports] })) : [],
    notes: cluster === null ? [] : [cluster.note],
    findings,
  };
}

/** Where there are VirtualServices, and nothing says at which port their gateway takes requests; else null. */
function noRoutesError(findings: readonly Finding[]): InputError | null {
  const missing = findings.find(({ code }) => code === 'gateway-missing');
  if (missing === undefined) return null;
  const { file = null, line = null, path = null } = missing.place ?? {};
  return new InputError(missing.summary, {
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(path === null ? {} : { path }),
  });
}

function isNoError({ severity }: Finding): boolean {
  return severity !== 'error';
}

/** @throws InputError when there is none. */
function chosenTables(tables: readonly ListedTable[], question: ListQuestion): ListedTable[] {
  const { via, virtualService, gatewayPort } = question.manifests;
  const steps: [path: string, of: string[], keep: (table: ListedTable) => boolean][] = [];
  if (via !== undefined) {
    const name = via.kind === 'proxyless' ? 'mesh' : formatVia(via);
    steps.push([
      '--via',
      tables.flatMap((table) => table.via),
      (table) =>
        name === 'gateway'
          ? !table.via.includes('mesh')
          : table.via.some((each) => each === name || each.replace(/:[^/]*\//, ':') === name),
    ]);
  }
  if (virtualService !== undefined) {
    const key = `${virtualService.namespace ?? question.namespace}/${virtualService.name}`;
    steps.push([
      '--virtual-service',
      tables.flatMap(({ routes }) => routes.map(({ source }) => source)),
      ({ routes }) => routes.some(({ source }) => source.endsWith(` ${key}`)),
    ]);
  }
  if (gatewayPort !== undefined) {
    steps.push([
      '--gateway-port',
      tables.flatMap(({ entrances }) => entrances.map(({ port }) => String(port ?? 'any'))),
      ({ entrances }) => entrances.some(({ port }) => port === null || port === gatewayPort),
    ]);
  }
  let chosen: readonly ListedTable[] = tables;
  for (const [path, of, keep] of steps) {
    chosen = chosen.filter(keep);
    if (chosen.length === 0) throw noTableError(path, of);
  }
  if (question.host === null) return [...chosen];
  const ofHost = tablesOfHost(chosen, hostOf(question.host));
  if (ofHost.length > 0) return ofHost;
  throw noTableError(
    '--authority',
    chosen.flatMap(({ hosts }) => hosts),
  );
}

/** At each entrance the tables of the most specific host. */
function tablesOfHost(tables: readonly ListedTable[], host: string): ListedTable[] {
  const placeOf = ({ via, entrances, clients }: ListedTable): string =>
    JSON.stringify([via, entrances, clients]);
  const hosts = new Map<string, string[]>();
  for (const table of tables)
    hosts.set(placeOf(table), [...(hosts.get(placeOf(table)) ?? []), ...table.hosts]);
  return tables.filter((table) => {
    const best = mostSpecificHost(host, hosts.get(placeOf(table)) ?? []);
    const inFull = table.hosts.some((each) => each.startsWith(`${host}.`) && isOfCluster(each));
    return (best !== null && table.hosts.includes(best)) || inFull;
  });
}

function isOfCluster(host: string): boolean {
  return host.endsWith('.svc.cluster.local');
}

/** As many names as one sentence can hold. */
const MAX_NAMED = 10;

function noTableError(path: string, there: readonly string[]): InputError {
  const named = [...new Set(there)];
  const more = named.length > MAX_NAMED ? ` and ${named.length - MAX_NAMED} more` : '';
  return new InputError(
    `no route of the manifests is there: ${named.length === 0 ? 'there is none at all' : `there are ${named.slice(0, MAX_NAMED).join(', ')}${more}`}`,
    { file: 'command line', path },
  );
}

function tableReport(
  { via, clients, entrances, hosts, routes, notes }: ListedTable,
  found: ReadonlyMap<string, ReadonlySet<string>>,
  secrets: Secrets,
): RouteTableReport {
  return {
    via: [...via],
    clients,
    entrances,
    hosts,
    routes: routes.map((route) => routeReport(route, found, secrets)),
    notes,
  };
}

function routeReport(
  route: ListedRoute,
  found: ReadonlyMap<string, ReadonlySet<string>>,
  secrets: Secrets,
): ListedRouteReport {
  const { destinations } = route;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return {
    ...route,
    destinations: destinations.map((each) => ({
      ...each,
      share: total === 0 ? 0 : each.weight / total,
    })),
    headers: shownHeaders(route.headers, destinations, secrets),
    findings: [...(found.get(keyOf(route.place)) ?? [])],
  };
}

function keyOf(place: Place | null, path = place?.path ?? ''): string {
  return `${place?.file ?? ''}\n${place?.document ?? ''}\n${path}`;
}

/** The codes of findings by the rule that they stand in, or in a field of it. */
function codesByRule(
  tables: readonly ListedTable[],
  findings: readonly Finding[],
): Map<string, Set<string>> {
  const found = new Map(
    tables.flatMap(({ routes }) => routes.map(({ place }) => [keyOf(place), new Set<string>()])),
  );
  for (const { code, place } of findings) {
    let path = place?.path ?? '';
    while (path !== '' && !found.has(keyOf(place, path)))
      path = path.slice(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['), 0));
    if (path !== '') found.get(keyOf(place, path))?.add(code);
  }
  return found;
}
