import { InputError } from '../input-error.js';
import type { Identity } from '../call/identity.js';
import { NO_KNOWLEDGE, type ProxyKnowledge } from './proxied/knowledge.js';

/** Stands for "no pod" and "no destination" where these are numbers. */
export const NOBODY = -1;

/** A workload whose pods can be told by their names. */
export interface WorkloadPattern {
  kind: string;
  name: string;
  /** Index into the destinations; null for a workload that the route does not name. */
  destination: number | null;
}

/** What tells a destination's pods where none of its workloads is known. */
export interface SubsetToken {
  /** A whole dash-separated part of the pod's name. */
  token: string;
  /** The value of the subset's `version` label, as some applications report it themselves. */
  version: string | null;
  destination: number;
}

/** What turns pod names into destinations. Plain data: it travels to worker threads. */
export interface AttributionTable {
  /** Names of the route's destinations, then those of workloads the route does not name. */
  destinations: string[];
  workloads: WorkloadPattern[];
  /** For destinations of which no workload is known. */
  tokens: SubsetToken[];
  /** What leads from a proxy's words to pods and destinations. */
  proxy: ProxyKnowledge;
  /** With nothing expected, every pod that answers is a destination of its own. */
  podsAreDestinations?: true;
}

/**
 * Builds the table: destinations of the route first, each stray workload as one more.
 *
 * @param routed Names of the route's destinations, in its order.
 * @throws InputError when two workloads of one name belong to different destinations.
 */
export function attributionTable(
  routed: readonly string[],
  workloads: readonly WorkloadPattern[],
  tokens: readonly SubsetToken[],
  proxy: ProxyKnowledge = NO_KNOWLEDGE,
): AttributionTable {
  const destinations = [...routed];
  const patterns = workloads.map((workload) => {
    if (workload.destination !== null) return workload;
    const name = `${workload.kind}/${workload.name}`;
    const known = destinations.indexOf(name);
    if (known < 0) destinations.push(name);
    return { ...workload, destination: known < 0 ? destinations.length - 1 : known };
  });
  refuseTwins(patterns);
  const covered = new Set(patterns.map((pattern) => pattern.destination));
  return {
    destinations,
    workloads: patterns,
    // A pod that fits none of a destination's known workloads is not one of its pods.
    tokens: tokens.filter(({ destination }) => !covered.has(destination)),
    proxy,
  };
}

/** Two workloads whose pods have the same names cannot be told apart by them. */
function refuseTwins(patterns: readonly WorkloadPattern[]): void {
  const seen = new Map<string, WorkloadPattern>();
  for (const pattern of patterns) {
    const key = `${pattern.kind}/${pattern.name}`;
    const twin = seen.get(key);
    if (twin !== undefined && twin.destination !== pattern.destination) {
      throw new InputError(
        `there are two workloads ${key} with different destinations: the names of their pods do not tell which answered; leave out the manifest that the target does not run`,
      );
    }
    seen.set(key, pattern);
  }
}

/**
 * Tells which destination a pod belongs to.
 *
 * Kubernetes names pods after their workload: `<deployment>-<hash>-<5 characters>`,
 * `<statefulset>-<ordinal>`, `<daemonset or replicaset>-<5 characters>`; the longest workload name
 * that fits wins. What is the name of a destination is that destination: the answer states a version
 * in place of a pod, or the user has named what it states. Where no workload is known, a subset's token
 * inside the name, then the version that the answer states.
 *
 * @returns Index into `table.destinations`, or {@link NOBODY}.
 */
export function attribute(table: AttributionTable, identity: Identity): number {
  let best: WorkloadPattern | undefined;
  for (const workload of table.workloads) {
    if (
      (best === undefined || workload.name.length > best.name.length) &&
      isPodOf(workload, identity.pod)
    ) {
      best = workload;
    }
  }
  if (best !== undefined) return best.destination ?? NOBODY;
  const named = table.destinations.indexOf(identity.pod);
  if (named >= 0) return named;
  return attributeByNames(table, identity);
}

/**
 * Tells the destination of something by a subset's token inside its name, then by the version that it
 * states: for destinations of which no workload is known.
 *
 * @returns Index into `table.destinations`, or {@link NOBODY}.
 */
export function attributeByNames(table: AttributionTable, identity: Identity): number {
  const parts = identity.pod.split('-');
  const byName = table.tokens.filter((entry) => isPartOf(entry.token, identity.pod, parts));
  if (byName.length === 1) return byName[0]!.destination;
  if (byName.length > 1) return NOBODY;
  const byVersion = table.tokens.filter(
    (entry) => entry.version !== null && entry.version === identity.version,
  );
  return byVersion.length === 1 ? byVersion[0]!.destination : NOBODY;
}

/** `v1` is a part of `reviews-v1-abc`, and `blue-green` of `web-blue-green-abc`. */
function isPartOf(token: string, pod: string, parts: readonly string[]): boolean {
  return token.includes('-') ? `-${pod}-`.includes(`-${token}-`) : parts.includes(token);
}

/** Kubernetes cuts the generated part's base so that the whole stays within 63 characters. */
const MAX_BASE_LENGTH = 58;

function isPodOf(workload: WorkloadPattern, pod: string): boolean {
  if (workload.kind === 'Pod') return pod === workload.name;
  const base = `${workload.name}-`;
  if (!pod.startsWith(base)) {
    return pod.length === MAX_BASE_LENGTH + 5 && base.startsWith(pod.slice(0, MAX_BASE_LENGTH));
  }
  const rest = pod.slice(base.length);
  switch (workload.kind) {
    case 'StatefulSet':
      return /^\d+$/.test(rest);
    case 'DaemonSet':
    case 'ReplicaSet':
      return /^[a-z0-9]{5}$/.test(rest);
    default:
      return /^[a-z0-9]{1,10}-[a-z0-9]{5}$/.test(rest) || isCutShort(base, rest, pod);
  }
}

/** A long Deployment name leaves room for only a part of the hash before the five characters. */
function isCutShort(base: string, rest: string, pod: string): boolean {
  return pod.length === MAX_BASE_LENGTH + 5 && base.length > 46 && /^[a-z0-9]{5,16}$/.test(rest);
}
