import type { Finding, Place } from '../finding.js';
import type {
  EffectsReport,
  ExpectedDestinationReport,
  HeaderReport,
  RouteExplanation,
} from './explanation.js';

/** Version of the form of a list of routes in JSON. */
export const ROUTES_SCHEMA = 'splitproof/routes/v1';

/** One row: what is taken, and what becomes of it. */
export interface ListedRouteReport {
  /** `VirtualService default/grpc-vs` */
  source: string;
  /** null where it is not known. */
  file: string | null;
  /** 1-based line of the object's beginning; null where it is not known. */
  line: number | null;
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  /** All it takes of what comes in there, alternatives joined by `or`: `path /a or path prefix /b`. */
  match: string;
  /** Of the rule. */
  place: Place | null;
  action: NonNullable<RouteExplanation['action']>;
  /** Empty unless it forwards. */
  destinations: ExpectedDestinationReport[];
  effects: EffectsReport;
  headers: HeaderReport[];
  /** Codes of the findings that stand in the rule. */
  findings: string[];
}

/** The routes of hosts that have the same ones. */
export interface RouteTableReport {
  /** `gateway:default/gw`, of each Gateway object; `mesh`; `ingress-nginx`. */
  via: string[];
  /** Namespaces of the clients in a mesh; null: all that have no table of their own, or a gateway. */
  clients: string[] | null;
  /** Where requests come in; a port that is null: any, or not known. */
  entrances: { protocol: string; port: number | null }[];
  /** A pattern stands for the hosts that have no narrower one there. */
  hosts: string[];
  /** In the order in which they are tried: the first that takes a request has it. */
  routes: ListedRouteReport[];
  notes: string[];
}

/** A service that no route of the mesh names. */
export interface UnroutedServiceReport {
  host: string;
  ports: number[];
  /** Who shares its requests by replicas; empty: nobody that is given. */
  workloads: { kind: string; name: string; replicas: number | null }[];
}

/** Every route of a set of manifests; every rendering is made of this alone. */
export interface RoutesReport {
  schema: typeof ROUTES_SCHEMA;
  tool: { name: string; version: string };
  tables: RouteTableReport[];
  unrouted: UnroutedServiceReport[];
  /** What was read, where that is not what was given. */
  notes: string[];
  /** Errors first. */
  findings: Finding[];
}
