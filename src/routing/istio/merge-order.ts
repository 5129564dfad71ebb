import { InputError } from '../../input-error.js';
import type { Condition } from '../condition.js';
import { takesEveryPath } from '../condition-cover.js';
import { matchRule, type OrderedRule } from '../first-match.js';
import { describeObject, objectKey } from '../manifest/manifest-object.js';
import type { Rule } from '../rule.js';
import type { BoundVirtualService } from './gateway-routes.js';
import type { VirtualService } from './virtual-service.js';

/** As many objects as one sentence can name. */
const MAX_NAMED = 5;

/**
 * The rules of several VirtualServices on one gateway host, in the order Istio tries them: older
 * objects first, and rules that take every request last.
 * Source: istio/istio pilot/pkg/networking/core/route/route.go, SortVHostRoutes and
 * BuildHTTPRoutesForVirtualService; https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services
 * @throws InputError when it depends on the objects' age, which the manifests do not tell, which
 *   rule takes the request.
 */
export function mergedRules(bound: readonly BoundVirtualService[]): OrderedRule[] {
  const [only, ...others] = bound;
  if (only !== undefined && others.length === 0) return only.rules;
  const inOrder = byAge(bound.map((entry) => ({ ...entry, object: entry.virtualService })));
  const tables = inOrder.map(({ rules }) => untilCatchAll(rules.flatMap(oneRulePerEntry)));
  const specific = tables.map((rules) => rules.filter((rule) => !takesAll(rule)));
  const catchAll = tables.map((rules) => rules.filter(takesAll));
  if (!agesKnown(bound.map(({ virtualService }) => virtualService))) {
    const takers = [specific, catchAll]
      .map((tier) => inOrder.filter((_, index) => (tier[index] ?? []).some(matches)))
      .find((tier) => tier.length > 0);
    if (takers !== undefined && takers.length > 1)
      throw severalError(takers.map(({ virtualService }) => virtualService));
  }
  return [...specific.flat(), ...catchAll.flat()];
}

/** Oldest first; of one age by name, then namespace, as Istio sorts its configuration. */
export function byAge<T extends { object: VirtualService }>(entries: readonly T[]): T[] {
  return entries.toSorted(
    ({ object: one }, { object: other }) =>
      compare(Date.parse(one.createdAt ?? '') || 0, Date.parse(other.createdAt ?? '') || 0) ||
      compare(one.name, other.name) ||
      compare(one.namespace, other.namespace),
  );
}

/** Whether every object says when it was created, as objects read from a cluster do. */
export function agesKnown(objects: readonly VirtualService[]): boolean {
  return objects.every(({ createdAt }) => createdAt !== null);
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

function isSettled(condition: Condition): boolean {
  return ['port', 'gateway', 'source-labels', 'source-namespace'].includes(condition.on);
}

function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether a rule takes every request wherever it is tried. */
export function takesEverything(rule: Rule): boolean {
  return (
    rule.entries.length === 0 ||
    rule.entries.some(({ conditions }) => conditions.every(takesEveryPath))
  );
}
