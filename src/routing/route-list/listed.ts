import type { Finding, Place } from '../../finding.js';
import type { RouteEffects } from '../effects.js';
import type { OrderedRule } from '../first-match.js';
import type { RuleHeaderChange } from '../header-changes.js';
import type { RuleClient } from '../istio/rules-in-sight.js';
import type { RouteSource } from '../manifest/manifest-object.js';
import type { ExpectedDestination } from '../route-split.js';
import type { TakenAction } from '../resolution.js';

/** Where requests come in. */
export interface Entrance {
  /** `tls` and `tcp`: for connections, of which no more is seen than the server name, or nothing. */
  protocol: 'http' | 'https' | 'tls' | 'tcp';
  /** Of the gateway, or of the service in a mesh; null: any, or not known. */
  port: number | null;
}

/** What proxies try for the requests of one host, as it is read of one kind of configuration. */
export interface HostRules {
  /** `gateway:default/gw`, of each Gateway object; `mesh`; `ingress-nginx`. */
  via: readonly string[];
  /** Namespace of the clients in a mesh; null: any that has no table of its own, or a gateway. */
  client: string | null;
  entrances: readonly Entrance[];
  /** A pattern stands for the hosts that have no narrower one. */
  host: string;
  /** In the order in which they are tried. */
  rules: readonly HostRule[];
  /** For DestinationRules. */
  ruleClient: RuleClient;
  notes: readonly string[];
  findings: readonly Finding[];
}

/** One rule of a host. */
export interface HostRule extends OrderedRule {
  /** What it takes, where its own conditions do not say all of it. */
  also?: string;
  /** It splits connections, and no request is seen. */
  perConnection?: true;
}

/** One row: what is taken, and what becomes of it. Plain data. */
export interface ListedRoute extends RouteSource {
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  /** All it takes of what comes in there, alternatives joined by `or`. */
  match: string;
  /** Of the rule. */
  place: Place | null;
  action: TakenAction;
  /** Empty unless it forwards. */
  destinations: ExpectedDestination[];
  effects: RouteEffects;
  headers: RuleHeaderChange[];
}

/** The routes of hosts that have the same ones; plain data. */
export interface ListedTable {
  via: readonly string[];
  /** Namespaces of the clients in a mesh; null: any that has no table of its own, or a gateway. */
  clients: string[] | null;
  entrances: Entrance[];
  hosts: string[];
  /** In the order in which they are tried. */
  routes: ListedRoute[];
  notes: string[];
}

/** A service that no route names. */
export interface UnroutedService {
  host: string;
  ports: readonly number[];
  /** Who shares its requests; empty: nobody that is given. */
  workloads: { kind: string; name: string; replicas: number | null }[];
}
