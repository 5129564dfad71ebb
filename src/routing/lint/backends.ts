import { invalidBackends } from '../gateway-api/backends.js';
import type { ManifestSet } from '../manifest-set.js';
import type { LintFinding } from './finding.js';

/** Backends of Gateway API routes that cannot be used. */
export function unusableBackends(set: ManifestSet): LintFinding[] {
  return set.apiRoutes.flatMap((route) =>
    route.rules.flatMap((rule) =>
      invalidBackends(set, route, rule).map((warning) => ({ ...warning, severity: 'warning' })),
    ),
  );
}
