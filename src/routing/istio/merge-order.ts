import { InputError } from '../../input-error.js';
import { takesEveryPath } from '../condition-cover.js';
import { matchRule, type OrderedRule } from '../first-match.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import type { Rule } from '../rule.js';
import { agesKnown } from './age.js';
import { isSettled } from './applicable.js';
import type { BoundVirtualService } from './gateway-routes.js';
import type { VirtualService } from './virtual-service.js';

/** As many objects as one sentence can name. */
const MAX_NAMED = 5;

/**
 * The rules of several VirtualServices on one gateway host, in the order Istio tries them: as they are
 * appended, and rules that take every request last.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, SortVHostRoutes and
 * BuildHTTPRoutesForVirtualService; https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 * @param appended In this order; one VirtualService may be there several times.
 * @throws InputError when it depends on the objects' age, which the manifests do not tell, which
 *   rule takes the request.
 */
export function mergedRules(appended: readonly BoundVirtualService[]): OrderedRule[] {
  const merged = inMergedOrder(appended);
  const takers = merged.tiers
    .map((tier) =>
      merged.bound.filter((_, index) => merged.bound.length > 1 && tier[index]?.some(matches)),
    )
    .find((tier) => tier.length > 0);
  const rivals = rivalsOf(takers ?? []);
  if (rivals.length > 0) throw severalError(rivals);
  return merged.rules;
}

/** The rules of VirtualServices on one host as Istio merges them. */
interface MergedRules {
  /** In the order in which they are tried. */
  rules: OrderedRule[];
  /** Each VirtualService once for each way in which it is bound. */
  bound: readonly BoundVirtualService[];
  /** Of each of them the rules that come first, and those that take every request. */
  tiers: readonly (readonly OrderedRule[][])[];
}

/** As {@link mergedRules}; objects of one unknown age are in the order of their names. */
export function inMergedOrder(appended: readonly BoundVirtualService[]): MergedRules {
  const bound = appended.filter(
    ({ virtualService, rules }, index) =>
      !appended
        .slice(0, index)
        .some((before) => before.virtualService === virtualService && before.rules === rules),
  );
  const [only, ...others] = bound;
  if (only !== undefined && others.length === 0)
    return { rules: only.rules, bound, tiers: [[only.rules]] };
  const tables = bound.map(({ rules }) => untilCatchAll(rules.flatMap(oneRulePerEntry)));
  const specific = tables.map((rules) => rules.filter((rule) => !takesAll(rule)));
  const catchAll = tables.map((rules) => rules.filter(takesAll));
  return { rules: [...specific.flat(), ...catchAll.flat()], bound, tiers: [specific, catchAll] };
}

/** Of VirtualServices on one host those of the first one's rank that only an unknown age tells apart. */
export function rivalsOf([first, ...others]: readonly BoundVirtualService[]): VirtualService[] {
  if (first === undefined) return [];
  const sameRank = others.filter(({ rank }) => rank === first.rank);
  const rivals = [...new Set([first, ...sameRank].map(({ virtualService }) => virtualService))];
  return rivals.length > 1 && !agesKnown(rivals) ? rivals : [];
}

export function severalError(virtualServices: readonly VirtualService[]): InputError {
  const named = virtualServices.slice(0, MAX_NAMED).map(describeObject).join(' and ');
  const more = virtualServices.length - MAX_NAMED;
  const names = more > 0 ? `${named} and ${more} more` : named;
  const [first] = virtualServices;
  return new InputError(
    `${names} could each take the request, and the manifests do not say which is older: choose with ` +
      `--virtual-service ${first === undefined ? 'NS/NAME' : objectKey(first)}`,
  );
}

/** Each alternative of a rule is a route of its own, so some may move to the end without the others. */
function oneRulePerEntry(ordered: OrderedRule): OrderedRule[] {
  const { rule } = ordered;
  if (rule.entries.length < 2) return [ordered];
  return rule.entries.map((entry) => ({ ...ordered, rule: { ...rule, entries: [entry] } }));
}

/** Rules after one that takes every request are never programmed. */
function untilCatchAll(rules: readonly OrderedRule[]): OrderedRule[] {
  const last = rules.findIndex(takesAll);
  return last === -1 ? [...rules] : rules.slice(0, last + 1);
}

function matches({ rule, context }: OrderedRule): boolean {
  return matchRule(rule, context).matches;
}

/** No condition on path, header or query once Istio has settled port, gateway and client. */
function takesAll(ordered: OrderedRule): boolean {
  const { rule, context } = ordered;
  if (rule.entries.length === 0) return true;
  return rule.entries.some(
    (entry) =>
      entry.conditions.every((condition) => isSettled(condition) || takesEveryPath(condition)) &&
      matchRule({ ...rule, entries: [{ conditions: entry.conditions.filter(isSettled) }] }, context)
        .matches,
  );
}

/** Whether a rule takes every request wherever it is tried. */
export function takesEverything(rule: Rule): boolean {
  return (
    rule.entries.length === 0 ||
    rule.entries.some(({ conditions }) => conditions.every(takesEveryPath))
  );
}
