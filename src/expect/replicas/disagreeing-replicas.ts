import type { Finding } from '../../finding.js';
import { chance, splitText } from '../../number-text.js';
import { contingencyTest } from '../../stats/contingency.js';
import type { CallJudgement } from '../expectation.js';
import { found } from '../found.js';
import { FALSE_CLAIM } from '../split/findings/finding-evidence.js';

/** What one replica of a gateway made of a call. */
export interface ReplicaView {
  pod: string;
  /** Answers by destination, in the same order for all replicas. */
  observed: readonly number[];
  judgement: Pick<CallJudgement, 'verdict' | 'reasons'>;
}

/** Reasons for which it is the split that is wrong. */
const OF_SPLIT = new Set(['split-differs', 'evidence-against', 'leak']);
/** More pods would hide what they are named for. */
const MOST_NAMED = 5;

/**
 * `gateways-disagree`: some replicas of the gateway are proven to split a call otherwise than it is
 * configured, and they do not all split it alike. The verdict takes what connections tell into account;
 * that replicas differ is a test of homogeneity over their sums.
 *
 * @param destinations Names, in the order of the counts.
 * @param views Of one call, by replica.
 */
export function disagreeingReplicas(
  destinations: readonly string[],
  views: readonly ReplicaView[],
): Finding | null {
  const wrong = views.filter(({ judgement: { verdict, reasons } }) => {
    return verdict === 'fail' && reasons.some(({ code }) => OF_SPLIT.has(code));
  });
  if (wrong.length === 0) return null;
  const pValue = contingencyTest(views.map(({ observed }) => observed))?.pValue ?? 1;
  if (pValue >= FALSE_CLAIM) return null;
  const others = views.filter((view) => !wrong.includes(view));
  const shares = (some: readonly ReplicaView[]): string => {
    const sums = destinations.map((_, at) => sum(some.map(({ observed }) => observed[at] ?? 0)));
    return splitText(
      destinations.map((name) => ({ name })),
      sums.map((count) => count / sum(sums)),
    );
  };
  const texts = [
    ...wrong.slice(0, MOST_NAMED).map((view) => `${view.pod} ${shares([view])}`),
    ...(others.some(({ observed }) => sum(observed) > 0) ? [`the others ${shares(others)}`] : []),
  ];
  const names = wrong.slice(0, MOST_NAMED).map(({ pod }) => pod);
  const more = wrong.length - names.length;
  return found('target', {
    code: 'gateways-disagree',
    severity: 'error',
    summary: `not all replicas of the gateway split alike: ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`} split${wrong.length === 1 ? 's' : ''} otherwise than configured`,
    evidence: `${texts.join('; ')} (${chance(pValue)})`,
    advice:
      'Look whether the replica has the configuration that the others have (istioctl proxy-status, istioctl proxy-config routes POD.NAMESPACE); where it does not, its connection to the control plane is the place to look.',
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
