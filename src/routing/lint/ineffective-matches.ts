import { describeEntry, type MatchEntry } from '../condition.js';
import { entryCovers } from '../condition-cover.js';
import type { Finding } from '../../finding.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Rule } from '../rule.js';

/**
 * Single alternatives of a rule that never decide, while others of it do: an earlier rule, or another
 * alternative of the same one, takes all that they take. Often an "or" that was meant as an "and".
 * Source: istio/istio pkg/config/validation/validation.go, analyzeUnreachableHTTPRules
 * (VirtualServiceIneffectiveMatch); here for every kind of match.
 */
export function ineffectiveMatches(set: ManifestSet): Finding[] {
  return set.virtualServices.flatMap(({ http }) =>
    http.flatMap((rule, index) => ofRule(rule, http.slice(0, index))),
  );
}

function ofRule(rule: Rule, earlier: readonly Rule[]): Finding[] {
  if (rule.entries.length < 2) return [];
  const covers = rule.entries.map((entry, index) => coverOf(entry, index, rule, earlier));
  const isNeverTaken = covers.every((cover) => cover !== null && cover.rule !== rule);
  if (isNeverTaken) return [];
  return covers.flatMap((cover, index): Finding[] => {
    if (cover === null) return [];
    const own = rule.entries[index];
    const by = cover.rule === rule ? 'another alternative' : cover.rule.label;
    return [
      manifestFinding({
        code: 'ineffective-match',
        summary: `${own === undefined ? '' : describeEntry(own)}, match[${index}] of ${rule.label}, decides nothing: ${by} takes ${describeEntry(cover.entry)}; the entries of match are alternatives, and what must hold together stands in one entry`,
        place: (rule.node.field('match').items()[index] ?? rule.node).place(),
      }),
    ];
  });
}

/** What takes all of an alternative: an entry of a rule before it, else another one of its own rule. */
function coverOf(
  entry: MatchEntry,
  index: number,
  rule: Rule,
  earlier: readonly Rule[],
): { rule: Rule; entry: MatchEntry } | null {
  for (const before of earlier) {
    const outer = before.entries.find((other) => entryCovers(other, entry));
    if (outer !== undefined) return { rule: before, entry: outer };
    if (before.entries.length === 0) return { rule: before, entry: { conditions: [] } };
  }
  const own = rule.entries.find(
    (other, at) =>
      at !== index && entryCovers(other, entry) && (at < index || !entryCovers(entry, other)),
  );
  return own === undefined ? null : { rule, entry: own };
}
