import type { ExpectedDestination } from '../route-split.js';
import { type ConfiguredDestination, ownerOf, saysWhoseItIs } from './cluster-identity.js';
import type { ProgrammedDestination, ProgrammedRoute } from './programmed.js';

/** One destination as configured and as programmed into the proxy. */
export interface ProgrammedComparison {
  name: string;
  /** Between 0 and 1; 0 when nothing configures it, `null` when it is not known what it is. */
  configuredShare: number | null;
  /** Between 0 and 1; 0 when the proxy has no such destination, `null` when it is not known. */
  programmedShare: number | null;
}

/** Configured and programmed side by side. */
export interface Comparison {
  destinations: ProgrammedComparison[];
  /** Where they part, in one sentence; `null` where they agree, or cannot be compared. */
  difference: string | null;
  /** Why they cannot be compared; `null` where they were. */
  incomparable: string | null;
}

/** Shares closer than this are the same: Envoy's weights are whole numbers. */
const SAME_SHARE = 1e-9;

/** What the manifests configure, to be held against a proxy. */
export function configuredBy(
  destinations: readonly ExpectedDestination[],
): ConfiguredDestination[] {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return destinations.map(({ name, weight, host, subset, port }) => {
    return { name, share: weight / total, host, subset, port };
  });
}

/**
 * Holds what was configured against what the proxy was programmed with. A cluster whose names do not
 * say what it stands for is never taken for a destination, nor for a difference.
 */
export function compareProgrammed(
  configured: readonly ConfiguredDestination[],
  programmed: ProgrammedRoute,
): Comparison {
  const owners = new Map(
    programmed.destinations.map((cluster) => [cluster, ownerOf(cluster, configured)]),
  );
  const clustersOf = (destination: ConfiguredDestination): ProgrammedDestination[] =>
    programmed.destinations.filter((cluster) => owners.get(cluster) === destination);
  const strangers = programmed.destinations.filter((cluster) => owners.get(cluster) === null);
  const unfound = configured.filter(
    (destination) => destination.share > 0 && clustersOf(destination).length === 0,
  );
  const byHost = configured.every(({ host }) => host !== null);
  const unclear = strangers.filter((cluster) => !saysWhoseItIs(cluster, byHost));
  if (programmed.unknown !== null)
    return apart(configured, programmed, `${programmed.unknown}, which cannot be told here`);
  if (unclear.length > 0 && unfound.length > 0)
    return apart(configured, programmed, unclearReason(unclear, unfound));
  const destinations = [
    ...configured.map((destination) => ({
      name: destination.name,
      configuredShare: destination.share,
      programmedShare: sumOf(clustersOf(destination)),
    })),
    ...strangers.map(({ cluster, share }) => {
      return { name: cluster, configuredShare: 0, programmedShare: share };
    }),
  ];
  const differing = destinations.filter(
    ({ configuredShare, programmedShare }) =>
      Math.abs(configuredShare - programmedShare) > SAME_SHARE,
  );
  if (differing.length === 0) return { destinations, difference: null, incomparable: null };
  const list = differing.map(
    ({ name, configuredShare, programmedShare }) =>
      `${name} is configured with ${percent(configuredShare)} and programmed with ${percent(programmedShare)}`,
  );
  const { answeredByProxy, table } = programmed;
  const unrouted =
    answeredByProxy > 0
      ? `; the proxy answers ${percent(answeredByProxy)} of the requests itself`
      : '';
  const where = table === '' ? '' : ` (${table})`;
  return {
    destinations,
    difference: `${list.join(', ')}${where}${unrouted}`,
    incomparable: null,
  };
}

function apart(
  configured: readonly ConfiguredDestination[],
  { destinations }: ProgrammedRoute,
  incomparable: string,
): Comparison {
  return {
    destinations: [
      ...configured.map(({ name, share }) => {
        return { name, configuredShare: share, programmedShare: null };
      }),
      ...destinations.map(({ cluster, share }) => {
        return { name: cluster, configuredShare: null, programmedShare: share };
      }),
    ],
    difference: null,
    incomparable,
  };
}

/** One cluster for a rule of the Gateway API, with the backends as its localities. */
const ENVOY_GATEWAY_RULE = /^(?:http|grpc)route\/[^/]+\/[^/]+\/rule\/[^/]+$/;

function unclearReason(
  unclear: readonly ProgrammedDestination[],
  unfound: readonly ConfiguredDestination[],
): string {
  const names = unclear.map(({ cluster, share }) => `${cluster} (${percent(share)})`).join(', ');
  const wanted = unfound.map(({ name }) => name).join(', ');
  if (unclear.every(({ cluster }) => ENVOY_GATEWAY_RULE.test(cluster)))
    return `the proxy splits inside the cluster ${names}, by weights of its endpoints, which its routes do not show`;
  return `the proxy sends the requests to ${names}, and these names do not say which of ${wanted} they stand for`;
}

function sumOf(clusters: readonly ProgrammedDestination[]): number {
  return clusters.reduce((sum, { share }) => sum + share, 0);
}

/** A share to a hundredth of a per cent: `60.02 %`, `60 %`. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
