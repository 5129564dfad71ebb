import { diagnose } from '../diagnose.js';
import { leakToZeroWeight, podSkew, unknownBackend } from './backends.js';
import { disagreeingConnections, pinnedConnections } from './connections.js';
import { deterministicBalancing } from './deterministic-balancing.js';
import { errorsConcentrated } from './errors-concentrated.js';
import type { Finding, FindingEvidence, FindingRule } from './finding.js';
import { weightsChanged } from './weights-changed.js';

const RULES: readonly FindingRule[] = [
  leakToZeroWeight,
  unknownBackend,
  errorsConcentrated,
  pinnedConnections,
  disagreeingConnections,
  weightsChanged,
  (evidence) => diagnose(evidence).claimed,
  deterministicBalancing,
  podSkew,
];

/**
 * Everything the data of one call show besides the verdict, the most urgent first.
 *
 * A change during the run speaks against every single cause for the whole of it, and errors of one
 * destination explain a wrong split of the answers: where either is found, no cause is claimed.
 *
 * @param evidence Plain numbers; the texts may contain names from servers and manifests.
 */
export function findAll(evidence: FindingEvidence): Finding[] {
  const found = RULES.map((rule) => rule(evidence)).filter((finding) => finding !== null);
  const changed = found.some(({ code }) =>
    ['weights-changed-during-run', 'errors-concentrated'].includes(code),
  );
  const cause = changed ? diagnose(evidence).claimed : null;
  const order = { error: 0, warning: 1, info: 2 };
  return found
    .filter(({ code }) => cause === null || code !== cause.code)
    .sort((a, b) => order[a.severity] - order[b.severity]);
}
