import type { ConnectionEvidence } from '../draws/dependence.js';
import type { SplitEvidence } from '../split-evidence.js';

/** The connections' counts without the destinations of weight 0, which take no part in the split. */
export function weightedColumns({
  connections,
  destinations,
}: SplitEvidence): ConnectionEvidence | null {
  if (connections === undefined) return null;
  const weighted = destinations.flatMap(({ weight }, i) => (weight > 0 ? [i] : []));
  const counts = connections.counts.map((row) => weighted.map((i) => row[i] ?? 0));
  return { ...connections, counts };
}
