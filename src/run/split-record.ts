import type { SplitRecord } from '../record/run-record.js';
import type { SplitDecision } from '../expect/split/decide.js';
import type { CallEvidence } from './evidence.js';

/** What a split's record is made of. */
export interface SplitParts {
  rule: { alpha: number };
  /** Requests that a verdict needs; null when no number is enough. */
  planned: number | null;
  evidence: CallEvidence;
  decision: SplitDecision;
}

/** Writes down a split: what was counted and what was decided, all that judging it again takes. */
export function splitRecord(parts: SplitParts): SplitRecord {
  const { rule, planned, evidence, decision } = parts;
  return {
    sampled: evidence.sampled,
    n: decision.n,
    missing: evidence.sampled - decision.n,
    unattributed: evidence.unattributed,
    cancelled: evidence.cancelled,
    aborts: evidence.aborts,
    unknownPods: evidence.unknownPods,
    observationsPerCall: 1,
    requestsPlanned: planned,
    alpha: rule.alpha,
    power: decision.power,
    destinations: decision.destinations.map((destination, index) => ({
      name: destination.name,
      weight: destination.weight,
      expectedShare: destination.expectedShare,
      observed: destination.observed,
      share: destination.share,
      interval: destination.interval === null ? null : [...destination.interval],
      tolerance: destination.tolerance,
      ...rest(evidence.destinations[index]),
    })),
    blocks: blocksRecord(evidence),
    test: testRecord(decision.test),
  };
}

type DestinationRest = Pick<
  SplitRecord['destinations'][number],
  'pods' | 'routed' | 'failed' | 'replicas' | 'previousWeight'
>;

function rest(seen: CallEvidence['destinations'][number] | undefined): DestinationRest {
  return {
    pods: seen?.pods ?? [],
    routed: seen?.routed ?? true,
    failed: seen?.failed ?? 0,
    replicas: seen?.replicas ?? null,
    previousWeight: seen?.previousWeight ?? null,
  };
}

function blocksRecord({ blocks, destinations }: CallEvidence): SplitRecord['blocks'] {
  if (blocks === null) return null;
  const byName = (counts: readonly number[]): Record<string, number> =>
    Object.fromEntries(destinations.map(({ name }, index) => [name, counts[index] ?? 0]));
  return {
    size: blocks.size,
    blocks: blocks.windows,
    observed: byName(blocks.counts),
    squares: byName(blocks.squares),
  };
}

function testRecord(test: SplitDecision['test']): SplitRecord['test'] {
  if (test === null) return null;
  const { method, statistic, df, pValue, pearsonPValue, gStatistic, gPValue, seed } = test;
  return { method, statistic, df, pValue, pearsonPValue, gStatistic, gPValue, seed };
}
