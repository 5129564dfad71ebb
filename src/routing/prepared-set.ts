import { inNamespace, type ManifestSet } from './manifest-set.js';
import type { RouteRequest } from './request.js';
import { withRollouts } from './rollouts/controller.js';

/**
 * The set as the request finds it: namespaces filled in, and what rollout controllers change done.
 * @throws InputError when two different objects have one name.
 */
export function preparedSet(manifests: ManifestSet, request: RouteRequest): ManifestSet {
  const { namespace, objectNamespace = namespace, rolloutStep = null } = request;
  return withRollouts(inNamespace(manifests, objectNamespace), rolloutStep);
}
