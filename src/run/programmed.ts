import { readFile } from 'node:fs/promises';
import { InputError } from '../input-error.js';
import type { ProgrammedRecord } from '../report/run-record.js';
import { compareProgrammed, percent } from '../routing/envoy/compare.js';
import type { EnvoyRouteTable } from '../routing/envoy/config-dump.js';
import { fetchConfigDump } from '../routing/envoy/fetch-config-dump.js';
import { type ProgrammedRoute, programmedRoute } from '../routing/envoy/programmed.js';
import type { Expectation } from '../routing/expectation.js';
import type { RouteRequest } from '../routing/request.js';
import type { ProgrammedSource } from '../scenario/expectation-source.js';
import type { Finding } from '../verdict/findings/finding.js';

/** The split that was configured, by name and share between 0 and 1. */
type ConfiguredShares = readonly { name: string; share: number }[];

/** What the configured split is compared by: whole destinations, or names where only weights are known. */
export type Configured =
  | { kind: 'manifests'; expectation: Expectation }
  | { kind: 'weights'; weights: readonly { name: string; weight: number }[] };

/**
 * Reads what a proxy was programmed with, sends the request through it, and holds the result
 * against what was configured.
 *
 * @param gatewayPort Port of the gateway's listener, where it is known.
 * @throws InputError when the configuration cannot be had or read, or it is not clear which of its
 *   route tables the request meets.
 */
export async function programmedSplit(
  source: ProgrammedSource,
  request: RouteRequest,
  gatewayPort: number | null,
  configured: Configured,
): Promise<ProgrammedRecord> {
  const place = source.kind === 'envoy-admin' ? source.url : source.file;
  const text =
    source.kind === 'envoy-admin' ? await fetchConfigDump(source.url) : await readDump(source.file);
  // Loaded where a proxy is asked, with the YAML library.
  const { parseConfigDump } = await import('../routing/envoy/config-dump.js');
  const tables = parseConfigDump(text, place);
  const shares = configuredShares(configured);
  if (!servesHost(tables, request, gatewayPort)) return unserved(place, tables, request, shares);
  const route = programmedRoute(tables, request, gatewayPort);
  const { destinations, difference } =
    configured.kind === 'manifests'
      ? compareProgrammed(configured.expectation, route)
      : compareByName(shares, route);
  return {
    source: place,
    table: route.table,
    virtualHost: route.virtualHost,
    routes: route.routes,
    destinations: destinations.map(({ name, configuredShare, programmedShare }) => ({
      name,
      configuredShare,
      programmedShare,
    })),
    answeredByProxy: route.answeredByProxy,
    difference,
  };
}

/** Names the difference between configuration and proxy, if there is one. */
export function findConfigNotProgrammed(programmed: ProgrammedRecord | null): Finding[] {
  const difference = programmed?.difference ?? null;
  if (difference === null) return [];
  return [
    {
      code: 'config-not-programmed',
      severity: 'error',
      summary: 'The proxy is programmed with another split than the manifests configure.',
      evidence: difference,
      advice:
        'Check that the manifests are applied and that the proxy is in sync (istioctl proxy-status), that this is the gateway they are for, and that no other route of its host comes first.',
    },
  ];
}

async function readDump(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InputError(missing ? 'no such file' : 'cannot be read', {
      file,
      path: '--config-dump',
    });
  }
}

function configuredShares(configured: Configured): ConfiguredShares {
  const weights =
    configured.kind === 'weights' ? configured.weights : configured.expectation.destinations;
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  return weights.map(({ name, weight }) => ({ name, share: weight / total }));
}

/** Whether a route table that the request can meet has its host at all. */
function servesHost(
  tables: readonly EnvoyRouteTable[],
  request: RouteRequest,
  gatewayPort: number | null,
): boolean {
  const onPort = tables.filter(({ ports }) => gatewayPort !== null && ports.includes(gatewayPort));
  return (onPort.length > 0 ? onPort : tables).some((table) => {
    // Without routes the only thing that can go wrong is that no virtual host fits.
    const virtualHosts = table.virtualHosts.map((host) => ({ ...host, routes: [] }));
    try {
      programmedRoute([{ ...table, virtualHosts }], request, gatewayPort);
      return true;
    } catch (error) {
      if (error instanceof InputError) return false;
      throw error;
    }
  });
}

function unserved(
  source: string,
  tables: readonly EnvoyRouteTable[],
  { authority }: RouteRequest,
  shares: ConfiguredShares,
): ProgrammedRecord {
  const names = tables.map(({ name }) => name).join(', ');
  return {
    source,
    table: null,
    virtualHost: null,
    routes: [],
    destinations: shares.map(({ name, share }) => ({
      name,
      configuredShare: share,
      programmedShare: 0,
    })),
    answeredByProxy: 1,
    difference: `none of the proxy's route tables has the host ${authority} (there are ${names})`,
  };
}

/** Shares closer than this are the same: Envoy's weights are whole numbers. */
const SAME_SHARE = 1e-9;

/** With weights alone, a destination is the cluster, subset or host of its name. */
function compareByName(
  shares: ConfiguredShares,
  route: ProgrammedRoute,
): Pick<ProgrammedRecord, 'destinations' | 'difference'> {
  const left = new Set(route.destinations);
  const destinations = shares.map(({ name, share }) => {
    const own = route.destinations.filter(
      ({ cluster, subset, host }) =>
        cluster === name || subset === name || host === name || host?.split('.')[0] === name,
    );
    own.forEach((candidate) => left.delete(candidate));
    const programmedShare = own.reduce((sum, candidate) => sum + candidate.share, 0);
    return { name, configuredShare: share, programmedShare };
  });
  for (const { cluster, share } of left) {
    destinations.push({ name: cluster, configuredShare: 0, programmedShare: share });
  }
  const apart = destinations.filter(
    ({ configuredShare, programmedShare }) =>
      Math.abs(configuredShare - programmedShare) > SAME_SHARE,
  );
  if (apart.length === 0) return { destinations, difference: null };
  const list = apart.map(
    ({ name, configuredShare, programmedShare }) =>
      `${name} is configured with ${percent(configuredShare)} and programmed with ${percent(programmedShare)}`,
  );
  return { destinations, difference: `${list.join(', ')} (${route.table})` };
}
