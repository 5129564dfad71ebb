import { formatPlace, InputError } from '../input-error.js';
import type { ExpectedDestination, SubsetToken, WorkloadPattern } from './route-split.js';
import { ROLLOUTS_HASH_LABEL, type Workload } from './kubernetes/workload.js';

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
 * Maps workloads to the destinations whose labels their pods carry; those of several to none.
 *
 * @param selectors Of the destinations.
 * @param services Of their Services as a whole; the same where that does not matter.
 */
export function workloadPatterns(
  workloads: readonly Workload[],
  selectors: readonly PodSelector[],
  services: readonly PodSelector[] = selectors,
): WorkloadPattern[] {
  const areKnown = services.every(({ complete }) => complete);
  return workloads.map((workload) => {
    const [destination, other] = destinationsOf(workload, selectors);
    const { kind, name, namespace, replicas } = workload;
    const only = other === undefined ? (destination ?? null) : null;
    const isElsewhere = areKnown && !services.some((service) => selects(service, workload));
    return { kind, name, namespace, destination: only, isElsewhere, replicas };
  });
}

/**
 * Why the answers of two destinations cannot be told apart: a workload is behind both or, where none is
 * known, the labels of one are all among the other's, which so has that one's pods too.
 * @returns `null` when they can.
 */
export function samePods(
  destinations: readonly ExpectedDestination[],
  workloads: readonly Workload[],
  selectors: readonly PodSelector[],
): InputError | null {
  for (const workload of workloads) {
    const [one, other] = destinationsOf(workload, selectors).map((index) => destinations[index]);
    if (one === undefined || other === undefined) continue;
    const pods = `${workload.kind} ${workload.name} (${formatPlace(workload.node.place())})`;
    return samePodsError(one.name, other.name, pods, adviceFor(workload));
  }
  return sameLabels(destinations, selectors);
}

function destinationsOf(workload: Workload, selectors: readonly PodSelector[]): number[] {
  return selectors.flatMap((selector, index) => (selects(selector, workload) ? [index] : []));
}

function adviceFor({ kind, podLabels }: Workload): string {
  const hash = podLabels[ROLLOUTS_HASH_LABEL];
  if (kind === 'Rollout')
    return `Argo Rollouts tells them by the label ${ROLLOUTS_HASH_LABEL}, which it adds to what selects them, and whose values are in the status of the Rollout alone: give it as kubectl get -o yaml shows it`;
  return hash === undefined
    ? OTHER_LABELS
    : `the Rollout has the one version ${hash}, until the next is rolled out`;
}

function sameLabels(
  destinations: readonly ExpectedDestination[],
  selectors: readonly PodSelector[],
): InputError | null {
  for (const [index, selector] of selectors.entries()) {
    for (const [before, other] of selectors.slice(0, index).entries()) {
      const [one, two] = [destinations[before], destinations[index]];
      if (one === undefined || two === undefined) continue;
      if (one.host === two.host && one.subset === two.subset)
        return samePodsError(one.name, two.name, `every pod of ${one.host}`);
      if (selector.labels === null || other.labels === null) continue;
      if (selector.endpointsOf !== other.endpointsOf) continue;
      if (one.host !== two.host && !(selector.complete && other.complete)) continue;
      if (selector.namespace !== other.namespace) continue;
      if (hasLabels(selector.labels, other.labels) || hasLabels(other.labels, selector.labels))
        return samePodsError(one.name, two.name, describeLabels(selector.labels, other.labels));
    }
  }
  return null;
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

const OTHER_LABELS = 'give their subsets different labels';

function samePodsError(
  one: string,
  other: string,
  pods: string,
  advice = OTHER_LABELS,
): InputError {
  const which = one === other ? `two destinations ${one}` : `the destinations ${one} and ${other}`;
  return new InputError(
    `${which} select the same pods (${pods}), so no answer can tell them apart: ${advice}`,
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
