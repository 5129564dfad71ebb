import type { Settings } from './schema.js';

/** A cluster whose API server is asked. */
export interface ClusterSource {
  /** Of the kubeconfig; null: the current one, or that of the pod that this runs in. */
  context: string | null;
  /** Where reading begins; null: the namespace of the context. */
  namespace: string | null;
  /** Whether all namespaces are read. */
  isOfAll: boolean;
  /** Istio's, which holds for all; undefined: its usual one. */
  rootNamespace?: string;
}

/** The cluster that settings name; null where they name none. */
export function clusterSource(settings: Settings): ClusterSource | null {
  const { kube, namespace, 'root-namespace': rootNamespace } = settings;
  if (kube === undefined || kube === false) return null;
  return {
    context: kube === true ? null : (kube.context ?? null),
    namespace: namespace ?? null,
    isOfAll: settings['all-namespaces'] === true,
    ...(rootNamespace === undefined ? {} : { rootNamespace }),
  };
}
