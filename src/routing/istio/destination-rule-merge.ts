import type { DestinationRule } from './destination-rule.js';

/** DestinationRules of one host and namespace that Istio takes for one. */
export interface MergedDestinationRule {
  /** Whose `exportTo` and `workloadSelector` hold for all. */
  first: DestinationRule;
  /** In the order they are merged: of subsets with one name the first counts. */
  rules: readonly DestinationRule[];
}

/**
 * Merges the DestinationRules of one host and namespace: those with a workloadSelector first, then
 * older ones first. Only rules with an equal `exportTo` (`[]` and `['*']` differ) and an equal
 * workloadSelector become one; one that is exported to more than an earlier one is added to that, too,
 * so that those to which it alone is exported see nothing of it.
 * Source: istio/istio pilot/pkg/model/destination_rule.go, mergeDestinationRule, with
 * ENABLE_ENHANCED_DESTINATIONRULE_MERGE as it is by default; pilot/pkg/model/push_context.go,
 * sortConfigBySelectorAndCreationTime.
 */
export function mergeDestinationRules(rules: readonly DestinationRule[]): MergedDestinationRule[] {
  const merged: { first: DestinationRule; rules: DestinationRule[] }[] = [];
  for (const rule of rules.toSorted(compareAge)) {
    // As upstream decides it, by the last one that was compared.
    let standsAlone = true;
    for (const { first, rules: parts } of merged) {
      const exports = compareExports(rule, first);
      const selectors = compareSelectors(rule, first);
      standsAlone = exports !== 'equal';
      if (exports === 'other') continue;
      if (selectors === 'other') {
        standsAlone = true;
        continue;
      }
      if (selectors === 'equal') standsAlone = false;
      parts.push(rule);
    }
    if (standsAlone) merged.push({ first: rule, rules: [rule] });
  }
  return merged;
}

function compareExports(
  rule: DestinationRule,
  earlier: DestinationRule,
): 'equal' | 'more' | 'other' {
  const [own, others] = [exportsOf(rule), exportsOf(earlier)];
  const holdsAll = [...others].every((target) => own.has(target));
  if (holdsAll && own.size === others.size) return 'equal';
  return holdsAll && others.size > 0 ? 'more' : 'other';
}

function exportsOf({ exportTo, workloadSelector }: DestinationRule): Set<string> {
  return new Set(workloadSelector === null ? exportTo : ['.']);
}

/** `one`: only one of both has a selector. */
function compareSelectors(
  { workloadSelector: own }: DestinationRule,
  { workloadSelector: other }: DestinationRule,
): 'equal' | 'one' | 'other' {
  if (own === null && other === null) return 'equal';
  if (own === null || other === null) return 'one';
  const [labels, others] = [Object.entries(own), Object.entries(other)];
  const isEqual =
    labels.length === others.length && labels.every(([key, value]) => other[key] === value);
  return isEqual ? 'equal' : 'other';
}

function compareAge(one: DestinationRule, other: DestinationRule): number {
  return (
    Number(one.workloadSelector === null) - Number(other.workloadSelector === null) ||
    (Date.parse(one.createdAt ?? '') || 0) - (Date.parse(other.createdAt ?? '') || 0) ||
    (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)
  );
}
