import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { ManifestSet } from '../../src/routing/manifest-set.js';

/** A Kubernetes object as a test writes it. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

interface Meta {
  name?: string;
  namespace?: string;
  /** Day of January 2026 on which it was created. */
  day?: number;
}

function metadata(meta: Meta, fallback: string): KubernetesObject {
  const { name = fallback, namespace, day } = meta;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(day === undefined
      ? {}
      : { creationTimestamp: `2026-01-${String(day).padStart(2, '0')}T00:00:00Z` }),
  };
}

/** Objects as the manifests of one file. */
export function manifestsOf(objects: readonly KubernetesObject[]): ManifestSet {
  return parseManifests(
    objects.map((object) => JSON.stringify(object, null, 1)).join('\n---\n'),
    'test.yaml',
  );
}

/** An Istio server: `http(80)`, `https(443, 'a.com')`. */
export function http(port: number, ...hosts: string[]): KubernetesObject {
  return {
    port: { number: port, name: `http-${port}`, protocol: 'HTTP' },
    hosts: hosts.length === 0 ? ['*'] : hosts,
  };
}

export function https(port: number, ...hosts: string[]): KubernetesObject {
  return {
    port: { number: port, name: `https-${hosts.join('-')}`, protocol: 'HTTPS' },
    hosts,
    tls: { mode: 'SIMPLE', credentialName: 'cert' },
  };
}

export function gateway(
  servers: readonly KubernetesObject[],
  meta: Meta & { selector?: KubernetesObject } = {},
): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: metadata(meta, 'gw'),
    spec: { selector: meta.selector ?? { istio: 'ingressgateway' }, servers },
  };
}

export function virtualService(
  rules: readonly KubernetesObject[],
  changes: Meta & {
    hosts?: readonly string[];
    gateways?: readonly string[] | null;
    exportTo?: readonly string[];
  } = {},
): KubernetesObject {
  const { hosts = ['*'], gateways = ['gw'], exportTo } = changes;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadata(changes, 'vs'),
    spec: {
      ...(hosts.length === 0 ? {} : { hosts }),
      ...(gateways === null ? {} : { gateways }),
      ...(exportTo === undefined ? {} : { exportTo }),
      http: rules,
    },
  };
}

/** A rule that sends everything it takes to one host. */
export function to(host: string, match?: readonly KubernetesObject[]): KubernetesObject {
  return { ...(match === undefined ? {} : { match }), route: [{ destination: { host } }] };
}

/** `{a: 60, b: 40}`; `a/v1` is a subset. */
export function split(weights: Readonly<Record<string, number>>): KubernetesObject {
  return {
    route: Object.entries(weights).map(([name, weight]) => {
      const [host, subset] = name.split('/');
      return { destination: { host, ...(subset === undefined ? {} : { subset }) }, weight };
    }),
  };
}

export function destinationRule(
  host: string,
  subsets: Readonly<Record<string, KubernetesObject>>,
  changes: Meta & { exportTo?: readonly string[] } = {},
): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadata(changes, `dr-${host}`),
    spec: {
      host,
      ...(changes.exportTo === undefined ? {} : { exportTo: changes.exportTo }),
      subsets: Object.entries(subsets).map(([name, labels]) => ({ name, labels })),
    },
  };
}

export function service(
  name: string,
  selector: KubernetesObject | null,
  changes: Meta & { ports?: readonly KubernetesObject[] } = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata({ ...changes, name }, name),
    spec: {
      ports: changes.ports ?? [{ port: 80, name: 'grpc' }],
      ...(selector === null ? {} : { selector }),
    },
  };
}

export function deployment(
  name: string,
  labels: KubernetesObject,
  changes: Meta & { replicas?: number; kind?: string } = {},
): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: changes.kind ?? 'Deployment',
    metadata: metadata({ ...changes, name }, name),
    spec: {
      ...(changes.replicas === undefined ? {} : { replicas: changes.replicas }),
      template: { metadata: { labels } },
    },
  };
}

/** A listener of the Gateway API: `{name, port, protocol, hostname, …}`. */
export function apiGateway(
  listeners: readonly KubernetesObject[],
  meta: Meta = {},
): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: metadata(meta, 'gw'),
    spec: { gatewayClassName: 'istio', listeners },
  };
}

export function listener(port = 80, changes: KubernetesObject = {}): KubernetesObject {
  return { name: `l${port}`, port, protocol: 'HTTP', ...changes };
}

export function httpRoute(
  rules: readonly KubernetesObject[],
  changes: Meta & {
    hostnames?: readonly string[];
    parentRefs?: readonly KubernetesObject[];
    kind?: 'HTTPRoute' | 'GRPCRoute';
    version?: string;
  } = {},
): KubernetesObject {
  return {
    apiVersion: `gateway.networking.k8s.io/${changes.version ?? 'v1'}`,
    kind: changes.kind ?? 'HTTPRoute',
    metadata: metadata(changes, 'route'),
    spec: {
      parentRefs: changes.parentRefs ?? [{ name: 'gw' }],
      ...(changes.hostnames === undefined ? {} : { hostnames: changes.hostnames }),
      rules,
    },
  };
}

/** A rule of the Gateway API that sends what it takes to Services by weight. */
export function backends(
  weights: Readonly<Record<string, number | null>>,
  changes: KubernetesObject = {},
): KubernetesObject {
  return {
    ...changes,
    backendRefs: Object.entries(weights).map(([name, weight]) => ({
      name,
      port: 80,
      ...(weight === null ? {} : { weight }),
    })),
  };
}
