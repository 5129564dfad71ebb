import type { Ingress } from '../ingress-nginx/ingress.js';
import type { ManifestSet } from '../manifest-set.js';
import type { Rollout } from './rollout.js';

/**
 * The canary Ingresses that Argo Rollouts keeps beside the stable ones it was given.
 * Source: https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/nginx/
 */
export function canaryIngresses(
  set: ManifestSet,
  rollout: Rollout,
  weights: { canary: number; stable: number } | null,
): Ingress[] {
  const { canaryService, stableService } = rollout;
  if (weights === null || canaryService === null || stableService === null) return [];
  return rollout.routes
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap(({ name }) =>
      set.ingresses.filter(
        (ingress) => ingress.name === name && ingress.namespace === rollout.namespace,
      ),
    )
    .map((ingress) => ({
      ...ingress,
      name: `${rollout.name}-${ingress.name}-canary`,
      createdAt: null,
      defaultBackend: null,
      rules: ingress.rules
        .filter(({ service }) => service === stableService)
        .map((rule) => ({ ...rule, service: canaryService })),
      canary: {
        weight: weights.canary,
        weightTotal: weights.canary + weights.stable,
        header: null,
        headerValue: null,
        headerPattern: null,
        cookie: null,
      },
    }));
}
