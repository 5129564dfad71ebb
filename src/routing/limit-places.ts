import { type Place, placeOf } from '../finding.js';
import type { ManifestNode } from './manifest/manifest-node.js';
import type { Rule } from './rule.js';

/** Where a rule says how long and how often its requests are tried. */
export interface LimitPlaces {
  /** null: it says nothing of how long. */
  timeout: Place | null;
  /** null: it says nothing of how long an attempt may take. */
  perTryTimeout: Place | null;
  /** Of the rule itself, where it says nothing of retries. */
  retries: Place | null;
}

/** @param rule Of a VirtualService, or of a route of Gateway API. */
export function limitPlaces({ node, action }: Pick<Rule, 'node' | 'action'>): LimitPlaces {
  // What is not forwarded may be one word: httpsRedirect.
  if (action.kind !== 'forward') {
    return { timeout: null, perTryTimeout: null, retries: firstGiven(node) };
  }
  const retries = node.field('retries');
  const timeouts = node.field('timeouts');
  return {
    timeout: firstGiven(node.field('timeout'), timeouts.field('request')),
    perTryTimeout: firstGiven(retries.field('perTryTimeout'), timeouts.field('backendRequest')),
    retries: firstGiven(retries, node.field('retry'), node),
  };
}

function firstGiven(...nodes: readonly ManifestNode[]): Place | null {
  const given = nodes.find(({ absent }) => !absent);
  return given === undefined ? null : placeOf(given.place());
}
