import type { Condition, MatchContext } from '../condition.js';
import { unmetReason } from '../condition.js';
import type { OrderedRule } from '../first-match.js';

/** Conditions that Istio settles when it programs a proxy: those on port, gateway and client. */
export function isSettled({ on }: Condition): boolean {
  return on === 'port' || on === 'gateway' || on === 'source-labels' || on === 'source-namespace';
}

/**
 * Whether any alternative of a rule comes to a proxy; Istio leaves the others out. A port that is not
 * known leaves none out.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, TranslateRoute and sourceMatchHTTP.
 */
export function isApplicable({ rule, context }: OrderedRule): boolean {
  return (
    rule.entries.length === 0 ||
    rule.entries.some(({ conditions }) =>
      conditions.every((condition) => !isSettled(condition) || mayHold(condition, context)),
    )
  );
}

function mayHold(condition: Condition, context: MatchContext): boolean {
  const isUnknown = condition.on === 'port' && context.port === null;
  return isUnknown || unmetReason(condition, context) === null;
}
