import type { ManifestNode } from '../manifest/manifest-node.js';
import type { PreflightPolicy } from '../preflight.js';
import type { StringMatch } from '../string-match.js';
import { readStringMatch } from './http-match.js';

/**
 * Reads `corsPolicy`: preflight requests of its origins are answered by the proxy, those of others are
 * forwarded unless they are to be ignored, which answers them too.
 * Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export function readCorsPolicy(node: ManifestNode): PreflightPolicy | null {
  if (node.absent) return null;
  if (node.field('unmatchedPreflights').optionalString() === 'IGNORE') return { origins: null };
  return { origins: readOrigins(node) };
}

/** The older `allowOrigin` counts only without `allowOrigins`. */
function readOrigins(node: ManifestNode): StringMatch[] {
  if (!node.field('allowOrigins').absent)
    return (
      node
        .field('allowOrigins')
        .items()
        .flatMap((item) => readStringMatch(item) ?? [])
        // Istio drops those that compare with nothing.
        .filter(({ kind }) => kind !== 'present')
    );
  return node
    .field('allowOrigin')
    .strings()
    .map((value) => ({ kind: 'exact', value }));
}
