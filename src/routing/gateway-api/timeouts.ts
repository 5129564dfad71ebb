import type { RouteEffects } from '../effects.js';
import { readDurationMs } from '../manifest/duration.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

/** Reads `timeouts` and `retry` of a rule. */
export function readRuleTimeouts(node: ManifestNode): Pick<RouteEffects, 'timeoutMs' | 'retries'> {
  const timeouts = node.field('timeouts');
  const perTryTimeoutMs = readDurationMs(timeouts.field('backendRequest'));
  const retry = node.field('retry');
  return {
    timeoutMs: readDurationMs(timeouts.field('request')),
    retries: retry.absent
      ? null
      : {
          attempts: retry.field('attempts').optionalInteger() ?? 1,
          perTryTimeoutMs,
          retryOn: retry
            .field('codes')
            .items()
            .map((code) => String(code.number()))
            .join(','),
          byDefault: false,
        },
  };
}
