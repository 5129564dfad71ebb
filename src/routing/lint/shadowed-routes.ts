import type { MatchEntry } from '../condition.js';
import { entryCovers } from '../condition-cover.js';
import { describeRule } from '../first-match.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Rule } from '../rule.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';

/** Rules that can never be taken because earlier ones of the same VirtualService take all of theirs. */
export function shadowedRoutes(set: ManifestSet): Finding[] {
  return set.virtualServices.flatMap(({ http, tcp }) =>
    [http, tcp].flatMap((rules) => shadowedIn(rules)),
  );
}

function shadowedIn(rules: readonly Rule[]): Finding[] {
  return rules.flatMap((rule, index): Finding[] => {
    const earlier = rules.slice(0, index);
    const covering = entriesOf(rule).map((entry) =>
      earlier.find((before) => entriesOf(before).some((outer) => entryCovers(outer, entry))),
    );
    const [first] = covering;
    if (first === undefined || covering.includes(undefined)) return [];
    return [
      manifestFinding({
        code: 'shadowed-route',
        summary: `${rule.label} is never taken: ${first.label} before it takes ${describeRule(first)}`,
        place: rule.node.place(),
      }),
    ];
  });
}

function entriesOf(rule: Rule): readonly MatchEntry[] {
  return rule.entries.length === 0 ? [{ conditions: [] }] : rule.entries;
}
