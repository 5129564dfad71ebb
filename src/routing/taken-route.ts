import { describeEntry } from './condition.js';
import type { RouteEffects } from './effects.js';
import type { MatchedRule } from './first-match.js';
import { withDefaultRetries } from './istio/default-retries.js';
import type { Rule } from './rule.js';
import { type RouteSource, sourceOf } from './manifest/manifest-object.js';

/** The route a request takes: the object it stands in, and the rule; plain data. */
export interface ExpectedRoute extends RouteSource {
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  /** The alternative by which it takes the request: `port 8080`, `any request`. */
  match: string;
  /** Port of the gateway's listener; null where there is none. */
  gatewayPort: number | null;
}

/** The route of a rule that takes a request. */
export function takenRoute(
  { object, rule, entry }: MatchedRule,
  gatewayPort: number | null,
): ExpectedRoute {
  return {
    ...sourceOf(object),
    rule: rule.label,
    match: entry === null ? 'any request' : describeEntry(entry),
    gatewayPort,
  };
}

/** What a rule does to the requests it takes, the retries included that Istio makes unasked. */
export function appliedEffects({ object, rule }: MatchedRule): RouteEffects {
  return ruleEffects(object, rule);
}

/** The same, whichever request it is. */
export function ruleEffects(object: MatchedRule['object'], rule: Rule): RouteEffects {
  const retried = object.group === 'networking.istio.io' && rule.action.kind === 'forward';
  return retried ? withDefaultRetries(rule.effects) : rule.effects;
}
