import { objectKey } from '../manifest/manifest-object.js';
import { annotationOf, type CanaryAnnotations, type Ingress, type IngressRule } from './ingress.js';

/** A port of a Service as ingress-nginx keeps it: once, however many Ingresses name it. */
export interface Upstream {
  /** Of the Ingress that came first to name it, as all of it is. */
  namespace: string;
  backend: IngressRule;
  owner: Ingress;
  /** Only shares of others are sent to it, for it is a canary's; null: paths lead to it. */
  canary: CanaryAnnotations | null;
  /** The names of the canaries merged with it. Only the first is asked. */
  alternatives: string[];
}

/** A path of a host. */
export interface Location {
  path: string;
  pathType: IngressRule['pathType'];
  /** Name of its upstream; null: the controller's default backend. */
  upstream: string | null;
  /** Whose annotations hold; null for the controller's own. */
  ingress: Ingress | null;
  /** Where that says so; null for a host's `/` that no Ingress has. */
  rule: IngressRule | null;
  /** That `/`, and it gives way to an Ingress that has it. */
  isDefault: boolean;
}

/** What nginx has for one name of a host. */
export interface Server {
  aliases: readonly string[];
  hasCertificate: boolean;
  /** In the order in which they came to be. */
  locations: Location[];
}

/** Why a canary's Service gets no share of a path. */
export interface Unmerged {
  ingress: Ingress;
  rule: IngressRule;
  reason: 'no-host' | 'no-path' | 'is-primary' | 'removed' | 'not-first' | 'owned';
  /** For `owned`: by whom. For `not-first`: after whom. */
  other: Ingress | null;
}

/** What the controller makes of all Ingresses. */
export interface Programmed {
  /** By host; those of no host are under {@link ANY_HOST}. */
  servers: ReadonlyMap<string, Server>;
  upstreams: ReadonlyMap<string, Upstream>;
  unmerged: readonly Unmerged[];
}

/** The server of all other hosts, by the controller's own name for it. */
export const ANY_HOST = '_';

/**
 * What ingress-nginx programs: a Service's port is one upstream for all Ingresses, and the first that
 * names it says whether it is a canary; a canary is merged with the upstreams of the paths that are its
 * own, whichever host's they are.
 * Source: kubernetes/ingress-nginx internal/ingress/controller/controller.go, createUpstreams,
 * createServers, getBackendServers, mergeAlternativeBackends.
 * @param ingresses Those of one controller, oldest first.
 */
export function programIngresses(ingresses: readonly Ingress[]): Programmed {
  const upstreams = createUpstreams(ingresses);
  const servers = createServers(ingresses);
  for (const ingress of ingresses) {
    for (const rule of ingress.rules) {
      const name = upstreamName(ingress, rule);
      const server = servers.get(rule.host ?? ANY_HOST) ?? servers.get(ANY_HOST);
      if (server !== undefined && upstreams.get(name)?.canary === null)
        addLocation(server, ingress, rule, name);
    }
  }
  const canaries = ingresses.filter(({ canary }) => canary !== null);
  const unmerged =
    canaries.length === ingresses.length
      ? []
      : canaries.flatMap((canary) => mergeCanary(canary, upstreams, servers));
  return { servers, upstreams, unmerged: [...unmerged, ...withoutShare(canaries, upstreams)] };
}

function createUpstreams(ingresses: readonly Ingress[]): Map<string, Upstream> {
  const upstreams = new Map<string, Upstream>();
  for (const owner of ingresses) {
    const { namespace, canary, defaultBackend } = owner;
    const create = (backend: IngressRule): void => {
      const upstream = { namespace, backend, owner, canary, alternatives: [] };
      upstreams.set(upstreamName(owner, backend), upstream);
    };
    // A default backend takes its upstream over from whoever had it.
    if (defaultBackend !== null) create(defaultBackend);
    for (const rule of owner.rules) if (!upstreams.has(upstreamName(owner, rule))) create(rule);
  }
  return upstreams;
}

/** The hosts of all Ingresses but canaries, each with a `/` that leads to the default backend. */
function createServers(ingresses: readonly Ingress[]): Map<string, Server> {
  const root: Location = { ...ROOT, upstream: null, ingress: null, rule: null };
  const servers = new Map<string, Server>([
    [ANY_HOST, { aliases: [], hasCertificate: false, locations: [root] }],
  ]);
  const main = ingresses.filter(({ canary }) => canary === null);
  for (const ingress of main) {
    const rule = ingress.defaultBackend;
    const upstream = rule === null ? null : upstreamName(ingress, rule);
    if (rule !== null && ingress.rules.length === 0 && root.isDefault)
      Object.assign(root, { upstream, ingress, rule, isDefault: false });
    for (const { host } of ingress.rules) {
      const name = host ?? ANY_HOST;
      const server = servers.get(name) ?? {
        aliases: [],
        hasCertificate: false,
        locations: [{ ...ROOT, upstream, ingress, rule }],
      };
      servers.set(name, server);
      if (server.aliases.length === 0) server.aliases = aliasesOf(ingress);
      // Without one for the host it is the default certificate, which counts all the same.
      if (host !== null && ingress.tlsHosts.length > 0) server.hasCertificate = true;
    }
  }
  return servers;
}

const ROOT = { path: '/', pathType: 'Prefix', isDefault: true } as const;

function aliasesOf(ingress: Ingress): string[] {
  return (annotationOf(ingress, 'server-alias') ?? '')
    .split(',')
    .map((alias) => alias.trim().toLowerCase())
    .filter((alias) => alias !== '');
}

/** The first Ingress that has a path keeps it, but for the `/` that every host has by itself. */
function addLocation(server: Server, ingress: Ingress, rule: IngressRule, upstream: string): void {
  const { path, pathType } = rule;
  const before = server.locations.find((location) => location.path === path);
  if (before?.pathType !== pathType)
    server.locations.push({ path, pathType, upstream, ingress, rule, isDefault: false });
  else if (before.isDefault) Object.assign(before, { upstream, ingress, rule, isDefault: false });
}

/** @returns What of it finds nothing to be merged with. Its upstream is removed then, from everywhere. */
function mergeCanary(
  ingress: Ingress,
  upstreams: Map<string, Upstream>,
  servers: ReadonlyMap<string, Server>,
): Unmerged[] {
  const { defaultBackend, rules } = ingress;
  return [...(defaultBackend === null ? [] : [defaultBackend]), ...rules].flatMap((rule) => {
    const reason = mergePath(ingress, rule, upstreams, servers);
    return reason === null ? [] : { ingress, rule, reason, other: null };
  });
}

function mergePath(
  ingress: Ingress,
  rule: IngressRule,
  upstreams: Map<string, Upstream>,
  servers: ReadonlyMap<string, Server>,
): Unmerged['reason'] | null {
  const name = upstreamName(ingress, rule);
  if (!upstreams.has(name)) return 'removed';
  const server = servers.get(rule.host ?? ANY_HOST);
  if (server === undefined) return 'no-host';
  let isMerged = false;
  for (const location of server.locations) {
    if (location.upstream === name) return isMerged ? null : 'is-primary';
    const primary = location.upstream === null ? undefined : upstreams.get(location.upstream);
    if (primary?.canary !== null || !isSamePath(location, rule)) continue;
    if (!primary.alternatives.includes(name)) primary.alternatives.push(name);
    isMerged = true;
  }
  if (isMerged) return null;
  upstreams.delete(name);
  return 'no-path';
}

/** A canary's default backend is merged with every path of no host. */
function isSamePath(location: Location, { label, path, pathType }: IngressRule): boolean {
  return label === 'defaultBackend' || (location.path === path && location.pathType === pathType);
}

/** Canaries that are merged and still get nothing. */
function withoutShare(
  canaries: readonly Ingress[],
  upstreams: ReadonlyMap<string, Upstream>,
): Unmerged[] {
  const primaryOf = new Map(
    [...upstreams.values()].flatMap((primary) =>
      primary.alternatives.map((name) => [name, primary] as const),
    ),
  );
  return canaries.flatMap((ingress) =>
    ingress.rules.flatMap((rule): Unmerged[] => {
      const name = upstreamName(ingress, rule);
      const upstream = upstreams.get(name);
      const primary = primaryOf.get(name);
      if (upstream === undefined || primary === undefined) return [];
      if (upstream.owner !== ingress)
        return [{ ingress, rule, reason: 'owned', other: upstream.owner }];
      const [first = name] = primary.alternatives;
      if (first === name) return [];
      const other = upstreams.get(first)?.owner ?? null;
      return [{ ingress, rule, reason: 'not-first', other }];
    }),
  );
}

/**
 * The name of a Service's port: by number and by name they are two.
 * Source: kubernetes/ingress-nginx internal/ingress/controller/util.go, upstreamName.
 */
function upstreamName({ namespace }: Ingress, { service, port }: IngressRule): string {
  return `${objectKey({ namespace, name: service })}:${port ?? ''}`;
}
