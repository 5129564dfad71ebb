import { headOf } from '../../call/kinds.js';
import type { ToldShares } from '../../count/control-plane.js';
import type { Finding } from '../../finding.js';
import type { XdsConfig } from '../../inputs/xds/xds-client.js';
import type { ProgrammedRecord } from '../../record/asked.js';
import type { Scenario } from '../../scenario/scenario.js';
import type { RouteRequest } from '../../routing/request.js';
import { parseConfigDump } from '../../routing/envoy/config-dump.js';
import type { RunCall } from '../ask.js';
import { findConfigNotProgrammed, programmedAs, type ProxyConfig } from '../programmed.js';

const ADMIN = 'type.googleapis.com/envoy.admin.v3';

/** What a control plane has told, as proxies say what they have. @param server It, as it is written. */
export function toldConfig(
  { routes, virtualHost, clusters }: XdsConfig,
  server: string,
): ProxyConfig {
  // Of the other hosts of a mesh nothing is asked.
  const table = { ...routes, virtual_hosts: [virtualHost] };
  const dump = {
    configs: [
      {
        '@type': `${ADMIN}.ClustersConfigDump`,
        dynamic_active_clusters: clusters.map((cluster) => ({ cluster })),
      },
      { '@type': `${ADMIN}.RoutesConfigDump`, dynamic_route_configs: [{ route_config: table }] },
    ],
  };
  const place = `control plane ${server}`;
  return { place, tables: parseConfigDump(JSON.stringify(dump), place) };
}

/**
 * How what was told splits a call, held against what is configured.
 *
 * @returns null where the split of another call is expected, or none.
 */
export function toldSplit(
  { namespace }: Pick<Scenario, 'namespace'>,
  { asked, loaded, places }: RunCall,
  config: ProxyConfig,
): ProgrammedRecord | null {
  if (asked.behind !== null) return null;
  const { request } = loaded;
  const { method, headers } = headOf(request);
  const { path, scheme, authority, metadata } = request;
  const route: RouteRequest = {
    ...{ method, path, scheme, authority, namespace },
    headers: new Map([...headers, ...metadata]),
    targetPort: null,
    via: { kind: 'proxyless' },
  };
  const total = asked.destinations.reduce((sum, { weight }) => sum + (weight ?? NaN), 0);
  const configured = asked.destinations.flatMap(({ name, weight }) => {
    const place = places.find((one) => one.name === name);
    return place === undefined ? [] : [{ ...place, share: (weight ?? NaN) / total }];
  });
  const isConfigured = configured.length > 0 && !Number.isNaN(total);
  const told = programmedAs([config], route, null, isConfigured ? configured : []);
  return isConfigured ? told : comparedWithNothing(told);
}

/** Where nothing is configured, nothing differs. */
function comparedWithNothing(told: ProgrammedRecord): ProgrammedRecord {
  const destinations = told.destinations.map((one) => ({ ...one, configuredShare: null }));
  return { ...told, destinations, difference: null, incomparable: null };
}

/** The shares of a call, those of the control plane's own answers included. */
export function sharesOf({ destinations, answeredByProxy }: ProgrammedRecord): ToldShares {
  const told = destinations.flatMap(({ name, programmedShare: share }) =>
    share === null ? [] : [{ name, share }],
  );
  return answeredByProxy === 0 ? told : [...told, { name: 'no route', share: answeredByProxy }];
}

/** Names the difference between the manifests and what clients are told, if there is one. */
export function findNotTold(told: ProgrammedRecord): Finding[] {
  const { virtualServices = [] } = told;
  const owner =
    virtualServices.length === 0
      ? 'no VirtualService is named in its routes'
      : `its routes are those of VirtualService ${virtualServices.join(' and ')}`;
  return findConfigNotProgrammed(told, {
    incomparable: 'What the control plane tells clients cannot be compared with the manifests.',
    different: 'The control plane tells clients another split than the manifests configure.',
    beside: `; ${owner}`,
    advice:
      'Check that the manifests are applied to the cluster of this control plane, that their hosts and exportTo reach the namespace of the client, and that no other VirtualService has the same host.',
  });
}
