import { found } from '../expect/found.js';
import type { Finding } from '../finding.js';
import { counted } from '../number-text.js';
import type { AskedCluster, ClusterState, ReadObject } from './cluster.js';

const MOST_NAMED = 5;

/** `cluster-changed`: parts of a joined run have read different states of a cluster, or different clusters. */
export function clusterChanged(cluster: AskedCluster | null): Finding | null {
  if (cluster === null || cluster.otherStates.length === 0) return null;
  const states = [cluster, ...cluster.otherStates];
  const servers = [...new Set(states.map(({ server }) => server))];
  const several = servers.length > 1;
  return found('manifest', {
    code: 'cluster-changed',
    severity: 'info',
    summary: several
      ? `the joined runs have read ${servers.length} clusters, which have the same split`
      : `the joined runs have read ${states.length} states of the cluster, which have the same split`,
    evidence: several ? servers.slice(0, MOST_NAMED).join(', ') : changesText(states),
    advice: several
      ? 'That is as it should be where one mesh spans them; else join the runs of each cluster by itself.'
      : 'The status of pods and of what owns them changes all the time; where something else is among them, it was changed between the runs.',
  });
}

function changesText(states: readonly ClusterState[]): string {
  const changed = changedObjects(states);
  // Those that a record does not name may differ, too.
  const isAll = states.every(({ objects, objectCount }) => objects.length === objectCount);
  if (changed.length === 0) return 'what differs is not among the objects that the record names';
  const more = changed.length > MOST_NAMED ? ', …' : '';
  return `${counted(changed.length, 'object')} ${changed.length === 1 ? 'differs' : 'differ'}${isAll ? '' : ' of those that the record names'}: ${changed.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** Objects that are not the same in all states, or not in all of them, by kind and name. */
function changedObjects(states: readonly ClusterState[]): string[] {
  const versions = new Map<string, (string | null)[]>();
  for (const { objects } of states) {
    for (const object of objects) {
      const key = keyOf(object);
      versions.set(key, [...(versions.get(key) ?? []), object.resourceVersion]);
    }
  }
  return [...versions]
    .filter(([, seen]) => seen.length < states.length || new Set(seen).size > 1)
    .map(([key]) => key)
    .sort();
}

function keyOf({ kind, namespace, name }: ReadObject): string {
  return `${kind} ${namespace === null ? name : `${namespace}/${name}`}`;
}
