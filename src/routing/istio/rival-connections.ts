import { serverNamesOf } from '../connection-order.js';
import { matchRule, type OrderedRule } from '../first-match.js';
import { agesKnown } from './age.js';
import { severalError } from './merge-order.js';
import type { VirtualService } from './virtual-service.js';

/** A rule for connections of a VirtualService that a proxy sees. */
export interface RankedRule extends OrderedRule {
  object: VirtualService;
  /** Those of one rank are in the order of their age; a lower rank comes before. */
  rank: number;
}

/**
 * Of VirtualServices with a rule for one server name, only age tells which one's counts.
 * @param ordered In the order in which they are tried.
 * @throws InputError when the manifests do not tell their age.
 */
export function refuseRivalConnections(ordered: readonly RankedRule[]): void {
  const [first, ...others] = ordered.filter(
    ({ rule, context }) => matchRule(rule, context).matches,
  );
  if (first === undefined) return;
  const rivals = others.filter(
    (other) => other.rank === first.rank && namesOf(other) === namesOf(first),
  );
  const objects = [...new Set([first, ...rivals].map(({ object }) => object))];
  if (objects.length > 1 && !agesKnown(objects)) throw severalError(objects);
}

function namesOf({ rule }: RankedRule): string {
  return rule.entries.flatMap(serverNamesOf).join(' ');
}
