import { listConnections } from '../connection-list.js';
import type { ManifestSet } from '../manifest-set.js';
import type { RouteRequest } from '../request.js';
import type { HostRules } from './listed.js';

/** The rules for connections, where proxies see no HTTP. */
export function connectionRules(set: ManifestSet, any: RouteRequest): HostRules[] {
  return listConnections(set, any).map(
    ({ via, port, layer, host, rules, ruleClient, findings }): HostRules => ({
      via: [via],
      client: null,
      entrances: [{ protocol: layer, port }],
      host,
      rules: rules.map((rule) => ({ ...rule, perConnection: true })),
      ruleClient,
      notes: [],
      findings,
    }),
  );
}
