import type { Finding } from '../../../finding.js';
import { backendLost } from './backend-lost.js';
import { leakToZeroWeight, podSkew, unknownBackend } from './backends.js';
import { connectionsUnseen, disagreeingConnections, pinnedConnections } from './connections.js';
import { deterministicBalancing } from './deterministic-balancing.js';
import { diagnose } from './diagnose.js';
import { errorsConcentrated } from './errors-concentrated.js';
import { destinationFailing, errorsUnattributed } from './failing-destinations.js';
import type { FindingCode, FindingEvidence, FindingRule } from './finding-evidence.js';
import { weightsChanged } from './weights-changed.js';

const RULES: readonly FindingRule[] = [
  leakToZeroWeight,
  unknownBackend,
  backendLost,
  errorsConcentrated,
  destinationFailing,
  errorsUnattributed,
  pinnedConnections,
  disagreeingConnections,
  weightsChanged,
  deterministicBalancing,
  podSkew,
  connectionsUnseen,
];

/** What explains a wrong split better than one cause for the whole run. */
const OVERRIDING: readonly string[] = [
  'weights-changed-during-run',
  'backend-lost',
  'errors-concentrated',
] satisfies FindingCode[];

/** One gateway that takes turns may serve connections that are in step with it differently. */
const IN_STEP =
  'But the destinations are taken in turn, and connections that keep step with the turns look the same: run again with another --concurrency first.';

function has(findings: readonly (Finding | null)[], code: FindingCode): boolean {
  return findings.some((finding) => finding?.code === code);
}

/**
 * Everything the data of one call show besides the verdict, the most urgent first.
 *
 * A change during the run speaks against every single cause for the whole of it, and errors of one
 * destination explain a wrong split of the answers: where either is found, no cause is claimed.
 *
 * @param evidence Plain numbers; the texts may contain names from servers and manifests.
 */
export function findAll(evidence: FindingEvidence): Finding[] {
  const found = RULES.map((rule) => rule(evidence)).map((finding, _, all) =>
    finding?.code === 'gateways-disagree' && has(all, 'deterministic-balancing')
      ? { ...finding, severity: 'warning' as const, advice: `${finding.advice} ${IN_STEP}` }
      : finding,
  );
  const overridden = found.some((finding) => finding !== null && OVERRIDING.includes(finding.code));
  const cause = overridden ? null : diagnose(evidence).claimed;
  const order = { error: 0, warning: 1, info: 2 };
  return [...found, cause]
    .filter((finding) => finding !== null)
    .sort((a, b) => order[a.severity] - order[b.severity]);
}
