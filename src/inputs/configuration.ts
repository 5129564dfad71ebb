import { type ManifestSet, USUAL_ROOT_NAMESPACE } from '../routing/manifest-set.js';
import type { ClusterSource } from '../scenario/cluster-source.js';
import type { ReadCluster } from './cluster/read-cluster.js';
import { loadManifests } from './manifests.js';

/** Where a configuration is: in files, or in a cluster. */
export interface ConfigurationSource {
  /** Files, folders, `-`. */
  sources: readonly string[];
  cluster: ClusterSource | null;
  /** Istio's; undefined: its usual one. */
  rootNamespace?: string | undefined;
}

/** Manifests, and what else was read where they came from a cluster. */
export interface Configuration {
  manifests: ManifestSet;
  /** null: they came from files. */
  cluster: ReadCluster | null;
}

/**
 * Reads a configuration from where it is.
 *
 * @param signal Gives up when it aborts.
 * @throws InputError when a file or the cluster cannot be read, or something in it is wrong.
 */
export async function loadConfiguration(
  { sources, cluster, rootNamespace = USUAL_ROOT_NAMESPACE }: ConfigurationSource,
  signal?: AbortSignal,
): Promise<Configuration> {
  if (cluster === null) {
    const manifests = await loadManifests(sources, signal);
    return { manifests: { ...manifests, rootNamespace }, cluster: null };
  }
  // Loaded where a cluster is read, with what that takes.
  const { readCluster } = await import('./cluster/read-cluster.js');
  const read = await readCluster(cluster, signal);
  return { manifests: { ...read.manifests, rootNamespace }, cluster: read };
}
