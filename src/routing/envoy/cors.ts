import type { ManifestNode } from '../manifest/manifest-node.js';
import type { PreflightPolicy } from '../preflight.js';
import { readMatcher } from './match.js';
import { pick } from './pick-field.js';

/** The name under which the policy stands beside a route. */
const CORS_FILTER = 'envoy.filters.http.cors';

/**
 * Reads the CORS policy of a route.
 * Source: https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/cors/v3/cors.proto
 */
export function readEnvoyCors(route: ManifestNode): PreflightPolicy | null {
  const filters = pick(route, 'typed_per_filter_config', 'typedPerFilterConfig');
  const policy = filters.field(CORS_FILTER);
  if (policy.absent || isOff(policy)) return null;
  const forwards = pick(policy, 'forward_not_matching_preflights', 'forwardNotMatchingPreflights');
  if (forwards.value === false) return { origins: null };
  return {
    origins: pick(policy, 'allow_origin_string_match', 'allowOriginStringMatch')
      .items()
      .flatMap((matcher) => readMatcher(matcher) ?? []),
  };
}

/** It holds unless it says for what part of the requests, and that is none. */
function isOff(policy: ManifestNode): boolean {
  const share = pick(
    pick(policy, 'filter_enabled', 'filterEnabled'),
    'default_value',
    'defaultValue',
  );
  return !share.absent && (share.field('numerator').optionalInteger() ?? 0) === 0;
}
