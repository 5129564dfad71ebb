import { InputError } from '../input-error.js';
import type { ManifestSet } from './manifest-set.js';

/** Manifests without a route, told with what they have instead. */
export function nothingRoutesError(set: ManifestSet): InputError {
  const kinds = new Set(
    [
      ...set.gateways,
      ...set.apiGateways,
      ...set.destinationRules,
      ...set.services,
      ...set.workloads,
    ].map(({ kind }) => kind),
  );
  const there = kinds.size === 0 ? '' : `, but ${[...kinds].join(', ')}`;
  return new InputError(
    `the manifests hold nothing that routes requests${there}: add the VirtualService or HTTPRoute with -f; for the split by replicas, the Service with its Deployments`,
  );
}
