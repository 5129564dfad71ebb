import { InputError } from '../../input-error.js';
import { clusterAliases, type ClusterAliases } from './clusters.js';
import { type DumpPart, dumpParts } from './dump-part.js';
import { ManifestNode } from '../manifest/manifest-node.js';
import { pick } from './pick-field.js';
import { readEnvoyRoute, type EnvoyRoute } from './route.js';

export interface EnvoyVirtualHost {
  name: string;
  /** In lower case. */
  domains: readonly string[];
  /** Plaintext requests are sent to HTTPS before any route is tried. */
  requiresTls: boolean;
  routes: readonly EnvoyRoute[];
}

/** One route table of a proxy. */
export interface EnvoyRouteTable {
  /** `http.8080` at an Istio gateway. */
  name: string;
  /** Ports of the listeners that use it; empty when the dump does not say. */
  ports: readonly number[];
  /** Envoy drops the port from the authority before it looks for the virtual host. */
  ignoresPort: boolean;
  virtualHosts: readonly EnvoyVirtualHost[];
  /** Why there may be more virtual hosts than these; `null` when these are all. */
  incomplete: string | null;
  /** Of the clusters of the proxy. */
  clusters: ClusterAliases;
}

/**
 * Reads what a proxy was programmed with: Envoy's `/config_dump`, or the output of
 * `istioctl proxy-config routes -o json`. A dump may have hundreds of megabytes: one cluster, listener or
 * route table of it is read at a time, and only what routing takes is kept.
 *
 * @param text JSON; YAML where it is not large.
 * @param file Its name, for messages.
 * @throws InputError when it is neither.
 */
export function parseConfigDump(text: string, file: string): EnvoyRouteTable[] {
  const root = dumpParts(text, file);
  if (root.is === 'something else') {
    throw new InputError(
      'this is no configuration of Envoy: give the address of its admin interface, or a file with the output of /config_dump',
      { file },
    );
  }
  const tables =
    root.is === 'list'
      ? Array.from(root.items(), (part) => readTable(part.node(), new Map(), new Map()))
      : readDump(root);
  if (tables.length === 0)
    throw new InputError(
      'no route tables in it: give the output of /config_dump or of istioctl proxy-config routes -o json',
      { file },
    );
  return tables;
}

/** Where each of several lists stands in the dumps of a kind. */
type ReadPart = (node: ManifestNode) => void;

function readDump(root: DumpPart): EnvoyRouteTable[] {
  const clusters = new Map<string, readonly string[]>();
  const ports = new Map<string, number[]>();
  const inline: { node: ManifestNode; port: number }[] = [];
  const onListener = (listener: ManifestNode): void => {
    for (const { routeTable, port } of readListener(listener)) {
      if (routeTable instanceof ManifestNode) inline.push({ node: routeTable, port });
      else ports.set(routeTable, [...(ports.get(routeTable) ?? []), port]);
    }
  };
  const onCluster = (node: ManifestNode): void => {
    const cluster = node.field('cluster');
    clusters.set(cluster.field('name').optionalString() ?? '', clusterAliases(cluster));
  };
  readParts(root, [
    ['.ClustersConfigDump', 'dynamic_active_clusters', onCluster],
    ['.ClustersConfigDump', 'static_clusters', onCluster],
    [
      '.ListenersConfigDump',
      'dynamic_listeners',
      (node) => {
        onListener(node.field('active_state').field('listener'));
      },
    ],
    [
      '.ListenersConfigDump',
      'static_listeners',
      (node) => {
        onListener(node.field('listener'));
      },
    ],
  ]);
  // A table inside a listener is listed among the static ones again, without its port.
  const copies = new Set(inline.map(({ node }) => contentOf(node)));
  const tables: EnvoyRouteTable[] = [];
  const onTable = (node: ManifestNode): void => {
    const table = node.field('route_config');
    if (copies.size > 0 && copies.has(contentOf(table))) return;
    tables.push(readTable(table, ports, clusters));
  };
  // Once the ports are known: a proxy may list its routes first.
  readParts(root, [
    ['.RoutesConfigDump', 'dynamic_route_configs', onTable],
    ['.RoutesConfigDump', 'static_route_configs', onTable],
  ]);
  const names = new Set(tables.map(({ name }) => name));
  return [
    ...inline.map(({ node, port }) => ({ ...readTable(node, ports, clusters), ports: [port] })),
    ...tables,
    ...[...ports.keys()]
      .filter((name) => !names.has(name))
      .map((name) => missingTable(name, ports, clusters)),
  ];
}

/** Reads the items of some lists of a dump, one at a time. @param lists Type, field, and what to do. */
function readParts(
  root: DumpPart,
  lists: readonly (readonly [type: string, field: string, read: ReadPart])[],
): void {
  for (const dump of root.field('configs')?.items() ?? []) {
    const type = String(dump.field('@type')?.node().value);
    for (const [suffix, field, read] of lists) {
      if (!type.endsWith(suffix)) continue;
      for (const part of dump.field(field)?.items() ?? []) read(part.node());
    }
  }
}

/** The table as text, without the type that only one of its copies names. */
function contentOf({ value }: ManifestNode): string {
  return JSON.stringify({ ...(value as object), '@type': undefined });
}

/** A table that a listener fetches and that is not in the dump. */
function missingTable(
  name: string,
  ports: ReadonlyMap<string, number[]>,
  clusters: ClusterAliases,
): EnvoyRouteTable {
  return {
    name,
    ports: ports.get(name) ?? [],
    ignoresPort: false,
    virtualHosts: [],
    incomplete: 'it is fetched by RDS and is not in the dump',
    clusters,
  };
}

/** The route tables a listener's filter chains use, by name or inline. */
function readListener(
  listener: ManifestNode,
): { port: number; routeTable: string | ManifestNode }[] {
  const port = listener.field('address').field('socket_address').field('port_value');
  if (typeof port.value !== 'number') return [];
  const chains = [
    ...listener.field('filter_chains').items(),
    ...(listener.field('default_filter_chain').absent
      ? []
      : [listener.field('default_filter_chain')]),
  ];
  return chains
    .flatMap((chain) => chain.field('filters').items())
    .map((filter) => filter.field('typed_config'))
    .flatMap((config): { port: number; routeTable: string | ManifestNode }[] => {
      const name = config.field('rds').field('route_config_name').optionalString();
      if (name !== null) return [{ port: port.number(), routeTable: name }];
      const inline = config.field('route_config');
      return inline.absent ? [] : [{ port: port.number(), routeTable: inline }];
    });
}

function readTable(
  node: ManifestNode,
  ports: ReadonlyMap<string, number[]>,
  clusters: ClusterAliases,
): EnvoyRouteTable {
  const name = node.field('name').optionalString() ?? '';
  const fromName = /^(?:https?\.)?(\d+)(?:\.|$)/.exec(name)?.[1];
  return {
    name,
    ports: ports.get(name) ?? (fromName === undefined ? [] : [Number(fromName)]),
    ignoresPort: pick(node, 'ignore_port_in_host_matching', 'ignorePortInHostMatching').boolean(),
    virtualHosts: pick(node, 'virtual_hosts', 'virtualHosts')
      .items()
      .map((host) => ({
        name: host.field('name').optionalString() ?? '',
        domains: host
          .field('domains')
          .strings()
          .map((domain) => domain.toLowerCase()),
        requiresTls: ['ALL', 'EXTERNAL_ONLY'].includes(
          pick(host, 'require_tls', 'requireTls').optionalString() ?? '',
        ),
        routes: host.field('routes').items().map(readEnvoyRoute),
      })),
    incomplete: node.field('vhds').absent
      ? null
      : 'its hosts are fetched on demand (VHDS) and may not be in the dump',
    clusters,
  };
}
