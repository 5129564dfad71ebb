import type { Tally } from '../observation/tally.js';
import type { Scenario } from '../scenario/scenario.js';
import { decideSplit, type SplitDecision } from '../verdict/decide.js';
import { reasonText } from '../verdict/decide-reasons.js';
import type { ConnectionEvidence } from '../verdict/dependence.js';
import type { Finding } from '../verdict/finding.js';
import { findRefusals } from '../verdict/refusals.js';
import { findUnknownBackends } from '../verdict/unknown-backend.js';
import { parseTolerance } from '../verdict/tolerance.js';
import type { ExpectedSplit } from './expectation.js';

/** The verdict on a run. */
export interface Judgement {
  decision: SplitDecision;
  reasons: string[];
  findings: Finding[];
}

/** Applies the decision rule to what was observed, and names what stands out. */
export function judge(scenario: Scenario, expected: ExpectedSplit, tally: Tally): Judgement {
  const { rule } = scenario;
  const { destinations: names } = expected.attribution;
  // Workloads that the route does not name count as destinations of weight zero once they answer.
  const routed = expected.destinations.length;
  const strays = names
    .slice(routed)
    .map((name, index) => ({ name, weight: 0, observed: tally.observed[routed + index] ?? 0 }))
    .filter(({ observed }) => observed > 0);
  const decision = decideSplit(
    {
      destinations: [
        ...expected.destinations.map(({ name, weight }, index) => ({
          name,
          weight,
          observed: tally.observed[index] ?? 0,
        })),
        ...strays,
      ],
      leaked: 0,
      sampled: tally.sent,
      unattributed: tally.unattributed,
      cancelled: tally.outcomes.cancelled,
      failedWithDestination: tally.failedWithDestination,
      connections: connectionEvidence(tally, routed),
    },
    { ...rule, tolerance: parseTolerance(rule.tolerance) },
  );
  return {
    decision,
    reasons: decision.reasons.map((reason) => sentence(reasonText(reason))),
    findings: [
      ...findRefusals(tally.failures.list(), tally.sent),
      ...findLeaks(decision),
      ...findUnknownBackends(unknownPods(tally), tally.unattributed, tally.sent),
    ],
  };
}

/** How the answers fell on the connections; what strays answered takes no part in the split. */
function connectionEvidence(tally: Tally, routed: number): ConnectionEvidence {
  return {
    counts: tally.connections.map(({ observed }) => observed.slice(0, routed)),
    neighbours: {
      pairs: tally.connections.reduce((sum, { pairs }) => sum + pairs, 0),
      equal: tally.connections.reduce((sum, { equalPairs }) => sum + equalPairs, 0),
    },
  };
}

function findLeaks(decision: SplitDecision): Finding[] {
  return decision.destinations
    .filter(({ weight, observed }) => weight === 0 && observed > 0)
    .map(({ name, observed }) => ({
      code: 'leak-to-zero-weight',
      severity: 'error',
      summary: `${name} answered although the route gives it no traffic.`,
      evidence: `${observed} of ${decision.n} answers`,
      advice:
        'Check whether the gateway has the new weights yet, whether another route or an older VirtualService matches, and whether something calls the Service directly.',
    }));
}

function unknownPods(tally: Tally): { name: string; observed: number }[] {
  return [...tally.pods]
    .filter(([, { destination }]) => destination < 0)
    .map(([name, { observed }]) => ({ name, observed }))
    .sort((a, b) => b.observed - a.observed || a.name.localeCompare(b.name));
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
