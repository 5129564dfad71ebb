import type { Expectation } from '../expectation.js';
import type { ProgrammedRoute } from './programmed.js';

/** One destination as configured in the manifests and as programmed into the proxy. */
export interface ProgrammedComparison {
  /** Index into the expectation's destinations; `null`: the manifests do not name it. */
  destination: number | null;
  name: string;
  /** Between 0 and 1; 0 when the manifests do not name it. */
  configuredShare: number;
  /** Between 0 and 1; 0 when the proxy has no such destination. */
  programmedShare: number;
}

/** Shares closer than this are the same: Envoy's weights are whole numbers. */
const SAME_SHARE = 1e-9;

/**
 * Holds what the manifests say against what the proxy was programmed with.
 * @returns Every destination of either, and one sentence on where they part, or `null`.
 */
export function compareProgrammed(
  expectation: Expectation,
  programmed: ProgrammedRoute,
): { destinations: ProgrammedComparison[]; difference: string | null } {
  const total = expectation.destinations.reduce((sum, { weight }) => sum + weight, 0);
  const left = new Set(programmed.destinations);
  const destinations = expectation.destinations.map((destination, index): ProgrammedComparison => {
    const own = programmed.destinations.filter(
      (candidate) =>
        candidate.host === destination.host &&
        candidate.subset === destination.subset &&
        (destination.port === null || candidate.port === destination.port),
    );
    for (const candidate of own) left.delete(candidate);
    return {
      destination: index,
      name: destination.name,
      configuredShare: destination.weight / total,
      programmedShare: own.reduce((sum, { share }) => sum + share, 0),
    };
  });
  for (const extra of left)
    destinations.push({
      destination: null,
      name: extra.cluster,
      configuredShare: 0,
      programmedShare: extra.share,
    });
  const apart = destinations.filter(
    ({ configuredShare, programmedShare }) =>
      Math.abs(configuredShare - programmedShare) > SAME_SHARE,
  );
  if (apart.length === 0) return { destinations, difference: null };
  const list = apart.map(
    ({ name, configuredShare, programmedShare }) =>
      `${name} is configured with ${percent(configuredShare)} and programmed with ${percent(programmedShare)}`,
  );
  const unrouted =
    programmed.answeredByProxy > 0
      ? `; the proxy answers ${percent(programmed.answeredByProxy)} of the requests itself`
      : '';
  return { destinations, difference: `${list.join(', ')} (${programmed.table})${unrouted}` };
}

/** A share to a hundredth of a per cent: `60.02 %`, `60 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
