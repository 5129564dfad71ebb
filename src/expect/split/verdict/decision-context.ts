import type { Dependence } from '../draws/dependence.js';
import type { DrawModel } from '../draws/draw-model.js';
import type { TestChoice } from '../draws/split-test.js';
import type { PlanInput } from '../plan/plan-requests.js';
import type { JudgedErrors } from '../errors/judged-errors.js';
import type { SplitEvidence, SplitRule } from '../split-evidence.js';
import type { JudgedSplit } from './judged-split.js';
import type { TimeView } from './time-views.js';

/** What the rules look at. */
export interface DecisionContext {
  evidence: SplitEvidence;
  rule: SplitRule;
  split: JudgedSplit;
  errors: JudgedErrors;
  model: DrawModel;
  choice: TestChoice;
  dependence: Dependence | null;
  /** Largest p-value over every allocation of the missing, of the draws as the model has them; null without a test. */
  drawn: number | null;
  /** The same, or that of connections which lean, if it is larger. Blocks have p-values of their own. */
  worst: number | null;
  /** The same draws by blocks in time; a verdict needs all views to agree. Empty where connections are what is drawn. */
  blocks: readonly TimeView[];
}

/** The plan that this split and rule ask for. */
export function planInput({ rule, split, dependence, model, blocks }: DecisionContext): PlanInput {
  const isViewed = model.clusters !== null || blocks.length > 0;
  return {
    ...(isViewed ? { views: { connections: dependence?.connections ?? null } } : {}),
    expectedShares: split.destinations.map((destination) => destination.expectedShare),
    tolerances: split.destinations.map((destination) => destination.tolerance),
    alpha: rule.alpha,
    power: rule.power,
    ...(rule.leakLimit === undefined ? {} : { leakLimit: rule.leakLimit }),
    errorRateShown: rule.errorRateShown ?? null,
  };
}
