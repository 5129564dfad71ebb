import { type ConnectionTable, listConnections } from '../connection-list.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import { clientsOf } from './clients.js';
import type { HostRules } from './listed.js';

/**
 * The rules for connections, where proxies see no HTTP: for clients of any namespace, and for those of
 * namespaces of which a manifest makes a difference.
 */
export function connectionRules(set: ManifestSet, any: RouteRequest): HostRules[] {
  const withRules = set.virtualServices.filter(({ tls, tcp }) => tls.length + tcp.length > 0);
  const told = [...clientsOf(set, withRules)];
  const others = told.includes(any.namespace) ? '' : any.namespace;
  const general = listConnections(set, { ...any, namespace: others });
  return [
    ...general.map((table) => rulesFor(table, null)),
    ...told.flatMap((client) => {
      const own = listConnections(set, { ...any, namespace: client }).filter(isOfMesh);
      const missing = general
        .filter((table) => isOfMesh(table) && !own.some((each) => isAtSamePlace(each, table)))
        .map((table) => ({ ...table, rules: [], findings: [] }));
      return [...own, ...missing].map((table) => rulesFor(table, client));
    }),
  ];
}

function rulesFor(
  { via, port, layer, host, rules, ruleClient, findings }: ConnectionTable,
  client: string | null,
): HostRules {
  return {
    via: [via],
    client,
    entrances: [{ protocol: layer, port }],
    host,
    rules: rules.map((rule) => ({ ...rule, perConnection: true })),
    ruleClient,
    notes:
      rules.length === 0
        ? ['these clients have no rule for connections here: the service is reached by its own']
        : [],
    findings,
  };
}

function isOfMesh({ via }: ConnectionTable): boolean {
  return via === 'mesh';
}

function isAtSamePlace(one: ConnectionTable, other: ConnectionTable): boolean {
  return one.host === other.host && one.port === other.port;
}
