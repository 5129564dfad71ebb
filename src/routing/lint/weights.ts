import { allRules } from '../istio/virtual-service.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/** What Istio before 1.16 insisted on, and some gRPC clients still take for granted. */
const USUAL_SUM = 100;

/** Weights that do not add up to 100. */
export function weightSums(set: ManifestSet): Finding[] {
  return set.virtualServices.flatMap((object) =>
    allRules(object).flatMap(({ action, node }): Finding[] => {
      if (action.kind !== 'forward' || action.backends.length < 2) return [];
      const sum = action.backends.reduce((total, { weight }) => total + (weight ?? 0), 0);
      if (sum === USUAL_SUM) return [];
      return [
        manifestFinding({
          code: 'weight-sum',
          summary: `the weights add up to ${sum}, not ${USUAL_SUM}: shares are what counts, but older Istio and some gRPC clients assume ${USUAL_SUM}`,
          place: node.field('route').place(),
        }),
      ];
    }),
  );
}
