import { invalidBackends } from '../gateway-api/backends.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Finding } from '../../finding.js';

/** Backends of Gateway API routes that cannot be used. */
export function unusableBackends(set: ManifestSet): Finding[] {
  return [...set.apiRoutes, ...set.connectionRoutes].flatMap((route) =>
    route.rules.flatMap((rule) => invalidBackends(set, route, rule)),
  );
}
