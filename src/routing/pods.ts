import { formatPlace, InputError } from '../input-error.js';
import type { ExpectedDestination, SubsetToken, WorkloadPattern } from './route-split.js';
import type { Workload } from './kubernetes/workload.js';

/** Which pods a destination stands for. */
export interface PodSelector {
  namespace: string | null;
  /** Labels its pods have; `null`: not known from the manifests. */
  labels: Readonly<Record<string, string>> | null;
  /** The ServiceEntry whose listed endpoints are meant, or `null` for pods. */
  endpointsOf: string | null;
  /** False when the labels are only a part, so that pods can be ruled out by them but not in. */
  complete: boolean;
}

/** Whether every label of `wanted` is in `labels` with the same value. */
export function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** Whether a workload's pods are behind a selector. */
export function selects(
  selector: PodSelector,
  workload: Pick<Workload, 'namespace' | 'endpointOf' | 'podLabels'>,
): boolean {
  if (selector.labels === null || !selector.complete) return false;
  if (selector.namespace !== null && selector.namespace !== workload.namespace) return false;
  if (selector.endpointsOf !== workload.endpointOf) return false;
  return hasLabels(workload.podLabels, selector.labels);
}

/**
 * Maps workloads to the destinations whose labels their pods carry.
 * @param names Names of the destinations, for messages.
 * @throws InputError when one workload is behind two destinations: nothing could tell them apart.
 */
export function workloadPatterns(
  workloads: readonly Workload[],
  selectors: readonly PodSelector[],
  names: readonly string[],
): WorkloadPattern[] {
  return workloads.map((workload) => {
    const behind = selectors.flatMap((selector, index) =>
      selects(selector, workload) ? [index] : [],
    );
    const [destination, other] = behind;
    if (destination !== undefined && other !== undefined)
      throw samePodsError(
        names[destination] ?? '',
        names[other] ?? '',
        `${workload.kind} ${workload.name} (${formatPlace(workload.node.place())})`,
      );
    const { kind, name, namespace, replicas } = workload;
    return { kind, name, namespace, destination: destination ?? null, replicas };
  });
}

/**
 * Without workloads the labels alone must keep destinations apart: one whose labels are all among
 * another's has that one's pods too.
 * @throws InputError when two destinations select the same pods.
 */
export function refuseSamePods(
  destinations: readonly ExpectedDestination[],
  selectors: readonly PodSelector[],
): void {
  for (const [index, selector] of selectors.entries()) {
    for (const [before, other] of selectors.slice(0, index).entries()) {
      const [one, two] = [destinations[before], destinations[index]];
      if (one === undefined || two === undefined) continue;
      if (one.host === two.host && one.subset === two.subset)
        throw samePodsError(one.name, two.name, `every pod of ${one.host}`);
      if (selector.labels === null || other.labels === null) continue;
      if (selector.endpointsOf !== other.endpointsOf) continue;
      if (one.host !== two.host && !(selector.complete && other.complete)) continue;
      if (selector.namespace !== other.namespace) continue;
      if (hasLabels(selector.labels, other.labels) || hasLabels(other.labels, selector.labels))
        throw samePodsError(one.name, two.name, describeLabels(selector.labels, other.labels));
    }
  }
}

/** The sum of the replicas behind each destination; `null` where a part is not known. */
export function replicasOf(
  patterns: readonly WorkloadPattern[],
  destination: number,
): number | null {
  const own = patterns.filter((pattern) => pattern.destination === destination);
  if (own.length === 0) return null;
  return own.reduce<number | null>(
    (sum, { replicas }) => (sum === null || replicas === null ? null : sum + replicas),
    0,
  );
}

/** The fall-back for destinations that no workload is known of. */
export function subsetTokens(
  destinations: readonly ExpectedDestination[],
  labels: readonly (Readonly<Record<string, string>> | null)[],
): SubsetToken[] {
  return destinations.flatMap(({ subset }, destination) =>
    subset === null
      ? []
      : [{ token: subset, version: labels[destination]?.version ?? null, destination }],
  );
}

function samePodsError(one: string, other: string, pods: string): InputError {
  const which = one === other ? `two destinations ${one}` : `the destinations ${one} and ${other}`;
  return new InputError(
    `${which} select the same pods (${pods}), so no answer can tell them apart: give their subsets different labels`,
  );
}

function describeLabels(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): string {
  const shorter = Object.keys(one).length < Object.keys(other).length ? one : other;
  const text = Object.entries(shorter)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return text === '' ? 'any label' : text;
}
