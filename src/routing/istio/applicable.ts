import type { Condition, MatchContext, MatchEntry } from '../condition.js';
import { unmetReason } from '../condition.js';
import type { OrderedRule } from '../first-match.js';
import { MESH } from './virtual-service.js';

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

function isOfClient({ on }: Condition, { gateways }: MatchContext): boolean {
  return on === 'source-labels' && gateways.includes(MESH);
}

function mayHold(condition: Condition, context: MatchContext): boolean {
  const isUnknown = condition.on === 'port' && context.port === null;
  return isUnknown || unmetReason(condition, context) === null;
}

/**
 * The alternatives of a rule that come to a proxy, without the conditions that are settled then. What the
 * labels of the client decide stays, for they are not the proxy's alone.
 * @returns Empty: the rule takes any request; null: none comes to it.
 */
export function alternativesLeft({ rule, context }: OrderedRule): MatchEntry[] | null {
  if (rule.entries.length === 0) return [];
  const left = rule.entries
    .filter(({ conditions }) =>
      conditions.every(
        (condition) =>
          !isSettled(condition) || isOfClient(condition, context) || mayHold(condition, context),
      ),
    )
    .map(({ conditions }) => ({
      conditions: conditions.filter(
        (condition) => !isSettled(condition) || unmetReason(condition, context) !== null,
      ),
    }));
  if (left.length === 0) return null;
  return left.some(({ conditions }) => conditions.length === 0) ? [] : left;
}
