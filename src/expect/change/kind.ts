import { InputError } from '../../input-error.js';
import type { JudgedCall, Kind, NamedDestination } from '../expectation.js';
import { splitPlan } from '../split/plan/split-plan.js';
import { isExactGate, parseTolerance } from '../split/tolerance.js';
import type { ChangeExpectation, ChangeFigures, ChangeWish } from './expectation.js';
import { changeFigures, judgeChange } from './judge-change.js';

const FLAG = { path: '--across-change' };

/** The answers are split as the previous weights say, and from some moment on as the new ones do. */
export const change: Kind<ChangeWish, ChangeExpectation> = {
  plan(wish, { destinations, aborts, okStatuses, alpha, power, ...load }) {
    requireChange(destinations);
    if (aborts !== null) {
      throw new InputError(
        'the route answers some requests with errors on purpose, which no side could be told by: drop the fault, or this',
        FLAG,
      );
    }
    const tolerance = parseTolerance(wish.tolerance);
    if (isExactGate(tolerance)) {
      throw new InputError('a change is judged with a tolerance above 0', { path: '--tolerance' });
    }
    const { errorRateShown } = wish;
    // Both sides are to pass.
    const rule = { alpha, power: 1 - (1 - power) / 2, tolerance, errorRateShown };
    const plans = (['previousWeight', 'weight'] as const).map((which) => {
      const weighted = destinations.map((one) => ({ name: one.name, weight: one[which] ?? 0 }));
      return splitPlan({ destinations: weighted, aborts }, rule, load).planned;
    });
    const [requestsBefore = null, requestsAfter = null] = plans;
    const requestsPlanned =
      requestsBefore === null || requestsAfter === null ? null : requestsBefore + requestsAfter;
    return {
      expectation: { ...wish, power, requestsPlanned, requestsBefore, requestsAfter },
      wanted: {
        ...{ okStatuses, spreadSize: Infinity, countsKnownAlone: true },
        ...{ mayEndEarly: true, hasTimeline: true },
      },
      requests: requestsPlanned,
    };
  },
  judge: (calls, rule) => calls.map((one) => judgeChange(one, rule, calls.length)),
  look(calls, rule) {
    const parts = calls.map((one) => {
      const soFar = partsOf(one, changeFigures(one, rule, calls.length, 'whole'));
      // Telling connections apart takes longer than a look may: it is for when all else is there.
      return soFar.after < 1 ? soFar : partsOf(one, changeFigures(one, rule, calls.length));
    });
    const least = (of: (part: (typeof parts)[number]) => number): number =>
      Math.min(...parts.map(of));
    const forWeights = least(({ after }) => after);
    const beforeChange = least(({ before }) => before);
    return {
      isSettled: forWeights >= 1,
      isFailed: false,
      ...{ forWeights, againstWeights: 0, beforeChange },
    };
  },
};

/** How much of what is needed is there, on either side. */
function partsOf(
  { call }: JudgedCall<ChangeExpectation>,
  figures: ChangeFigures | null,
): { before: number; after: number } {
  const { requestsBefore, requestsAfter } = call.expectation;
  // What is on its way may look like other weights until it is there.
  const isOver =
    figures?.outcome === 'found' &&
    figures.moment?.isToOthers === false &&
    figures.moments.every(({ served }) => served !== 'previous');
  return {
    before: partOf(figures?.before?.sent ?? 0, requestsBefore),
    after: isOver ? partOf(figures.after?.sent ?? 0, requestsAfter) : 0,
  };
}

/** How much of what is needed is there. */
function partOf(sent: number, planned: number | null): number {
  return planned === null ? 0 : sent / Math.max(1, planned);
}

/** @throws InputError when there is no change to look for. */
function requireChange(destinations: readonly NamedDestination[]): void {
  if (destinations.some(({ previousWeight }) => previousWeight === null)) {
    throw new InputError(
      'say what was served before: --previous v1=90,v2=10, or a run record; --weights or manifests say what is served then',
      FLAG,
    );
  }
  const sum = (of: (one: NamedDestination) => number | null): number =>
    destinations.reduce((all, one) => all + (of(one) ?? 0), 0);
  const all = { before: sum((one) => one.previousWeight), after: sum((one) => one.weight) };
  if (all.before === 0) {
    throw new InputError('the previous weights add up to 0', { path: '--previous' });
  }
  const isSame = destinations.every(({ weight, previousWeight }) => {
    const difference = (weight ?? 0) / all.after - (previousWeight ?? 0) / all.before;
    return Math.abs(difference) < Number.EPSILON * 8;
  });
  if (isSame) {
    throw new InputError(
      'the previous weights are the new ones, so there is no change to see: manifests and a cluster are read once, at the start; give those to come, or --weights',
      FLAG,
    );
  }
}
