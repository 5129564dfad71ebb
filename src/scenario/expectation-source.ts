import { InputError } from '../input-error.js';
import { parseClientLabels } from './client-labels.js';
import { type ClusterSource, clusterSource } from './cluster-source.js';
import type { GatewayImplementation } from './gateway-implementation.js';
import type { Settings } from './schema.js';
import { parseVia, type Via } from './via.js';
import { type NamedWeight, parseWeights } from './weights.js';

/** Of objects that name none, and of the client. */
export const DEFAULT_NAMESPACE = 'default';

/** Where the expected split comes from. */
export type ExpectationSource =
  | {
      kind: 'manifests';
      /** Files and folders; `-` is standard input. None where a cluster is read. */
      sources: string[];
      /** null: the manifests stand in files. */
      cluster: ClusterSource | null;
      via: Via | undefined;
      /** Where it names no namespace, that of the client. */
      virtualService: { namespace: string | null; name: string } | undefined;
      /** Of the client's pod; undefined: not known. */
      clientLabels: Readonly<Record<string, string>> | undefined;
      gatewayPort: number | undefined;
      /** What the gateway is spoken to in, where TLS ends or begins before it; undefined: as the target is. */
      scheme: 'http' | 'https' | undefined;
      gatewayClass: GatewayImplementation | undefined;
      /** Step of an Argo Rollout, from 0; undefined: the one its status names. */
      rolloutStep: number | undefined;
      /** Istio's, which holds for the whole mesh; undefined: its usual one. */
      rootNamespace: string | undefined;
    }
  | { kind: 'weights'; weights: NamedWeight[] };

/** Where a proxy's own configuration is read. */
export type ProgrammedSource =
  /** `http://127.0.0.1:15000`, of each replica one; their counters are read there, too. */
  { kind: 'envoy-admin'; urls: readonly string[] } | { kind: 'config-dump'; file: string };

/**
 * Where the settings say that the proxy's configuration is.
 *
 * @returns null when they do not.
 * @throws InputError when they say it twice, or name one replica twice: it would count twice.
 */
export function programmedSource(settings: Settings): ProgrammedSource | null {
  const { 'envoy-admin': urls = [], 'config-dump': file } = settings;
  if (urls.length > 0 && file !== undefined) {
    throw new InputError(
      "a proxy's configuration is read in one place: drop --envoy-admin or this",
      {
        path: '--config-dump',
      },
    );
  }
  if (new Set(urls).size < urls.length) {
    throw new InputError('one replica is given twice, and its counters would count twice', {
      path: '--envoy-admin',
    });
  }
  if (urls.length > 0) return { kind: 'envoy-admin', urls };
  return file === undefined ? null : { kind: 'config-dump', file };
}

/**
 * What split is expected, as the settings say it.
 *
 * @throws InputError when they do not, or contradict each other.
 */
export function expectationSource(settings: Settings): ExpectationSource {
  const cluster = clusterSource(settings);
  if (settings['all-namespaces'] === true && cluster === null) {
    throw new InputError('it says which namespaces of a cluster are read: give --kube, too', {
      path: '--all-namespaces',
    });
  }
  if (settings.weights !== undefined) {
    if (settings.manifest !== undefined || cluster !== null) {
      const other = cluster === null ? 'manifest' : 'kube';
      throw new InputError(
        `the weights stand in the ${cluster === null ? 'manifests' : 'cluster'}: give --weights or --${other}`,
        { path: '--weights' },
      );
    }
    return { kind: 'weights', weights: parseWeights(settings.weights) };
  }
  const sources = settings.manifest ?? [];
  if (cluster !== null && sources.length > 0) {
    throw new InputError(
      'what is in the cluster is read there, and files may say something else: give --kube or --manifest',
      { path: '--kube' },
    );
  }
  if (cluster === null && sources.length === 0) {
    throw new InputError(
      'what split is expected? give the manifests that were applied, --kube to read the cluster, or weights such as v1=60,v2=40',
      { path: '--manifest' },
    );
  }
  return {
    kind: 'manifests',
    sources,
    cluster,
    via: settings.via === undefined ? undefined : parseVia(settings.via),
    clientLabels:
      settings['client-labels'] === undefined
        ? undefined
        : parseClientLabels(settings['client-labels']),
    virtualService: namespacedName(settings['virtual-service']),
    gatewayPort: settings['gateway-port'],
    scheme: settings.scheme,
    gatewayClass: settings['gateway-class'],
    rolloutStep: settings['rollout-step'],
    rootNamespace: settings['root-namespace'],
  };
}

function namespacedName(
  text: string | undefined,
): { namespace: string | null; name: string } | undefined {
  if (text === undefined) return undefined;
  const match = /^(?:([^/\s]+)\/)?([^/\s]+)$/.exec(text);
  if (match === null) {
    throw new InputError(`"${text}" is not NAMESPACE/NAME`, { path: '--virtual-service' });
  }
  return { namespace: match[1] ?? null, name: match[2] ?? '' };
}
