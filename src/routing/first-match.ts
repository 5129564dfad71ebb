import { type Place, placeOf } from '../finding.js';
import { appliedRule } from './applied-rule.js';
import { describeEntry, unmetReason, type MatchContext, type MatchEntry } from './condition.js';
import { type ManifestObject, type RouteSource, sourceOf } from './manifest/manifest-object.js';
import type { Rule } from './rule.js';

/** What became of one rule when a request was held against it. */
export interface RuleTrace extends RouteSource {
  /** The rule's name, or its position: `http[0]`. */
  rule: string;
  /** All it takes, alternatives joined by `or`. */
  match: string;
  /** Of the rule. */
  place: Place | null;
  outcome: 'taken' | 'not-matched' | 'not-reached';
  /** Why it does not match, one clause per alternative. */
  reasons: string[];
}

/**
 * A rule that takes the request, as it applies to it, and the alternative by which it does (`null`: it
 * takes any).
 */
export interface MatchedRule {
  object: ManifestObject;
  rule: Rule;
  entry: MatchEntry | null;
  /** What the proxy saw. */
  context: MatchContext;
  /** The rules that it was found among, in the order they are tried. */
  tried: readonly OrderedRule[];
}

/** Rules in the order they are tried, with the object each stands in. */
export interface OrderedRule {
  object: ManifestObject;
  rule: Rule;
  context: MatchContext;
}

/**
 * The first rule that takes the request.
 * @returns It, or `null`, and what became of every rule.
 */
export function firstMatch(rules: readonly OrderedRule[]): {
  matched: MatchedRule | null;
  traces: RuleTrace[];
} {
  let matched: MatchedRule | null = null;
  const traces = rules.map(({ object, rule, context }): RuleTrace => {
    const trace = {
      ...sourceOf(object),
      rule: rule.label,
      match: describeRule(rule),
      place: placeOf(rule.node.place()),
    };
    if (matched !== null) return { ...trace, outcome: 'not-reached', reasons: [] };
    const result = matchRule(rule, context);
    if (!result.matches) return { ...trace, outcome: 'not-matched', reasons: result.reasons };
    matched = {
      ...{ object, rule: appliedRule(rule, context.request), entry: result.entry, context },
      tried: rules,
    };
    return { ...trace, outcome: 'taken', reasons: [] };
  });
  return { matched, traces };
}

/** Holds a request against the alternatives of one rule. */
export function matchRule(
  rule: Pick<Rule, 'entries'>,
  context: MatchContext,
): { matches: true; entry: MatchEntry | null } | { matches: false; reasons: string[] } {
  if (rule.entries.length === 0) return { matches: true, entry: null };
  const reasons: string[] = [];
  for (const entry of rule.entries) {
    const unmet = entry.conditions
      .map((condition) => unmetReason(condition, context))
      .filter((reason) => reason !== null);
    if (unmet.length === 0) return { matches: true, entry };
    reasons.push(unmet.join(' and '));
  }
  return { matches: false, reasons };
}

/** `port 8080`, `path /a or path prefix /b`, `any request`. */
export function describeRule(rule: Rule): string {
  return rule.entries.map(describeEntry).join(' or ') || 'any request';
}
