import type { ManifestSet } from '../manifest-set.js';
import type { ExpectedDestination } from '../route-split.js';

/** Which destination of a route is rolled out, and which it is to replace; by their names. */
export interface CanaryPair {
  candidate: string;
  baseline: string;
}

/** How a canary and what it is to replace are told among destinations. */
interface Roles {
  candidate: (destination: ExpectedDestination) => boolean;
  baseline: (destination: ExpectedDestination) => boolean;
}

/**
 * The canary among the destinations of a route, and the stable version, as an Argo Rollout, a Flagger
 * Canary or a canary Ingress of ingress-nginx names them.
 *
 * @returns null where none of them does, or different ones do.
 */
export function canaryPair(
  set: ManifestSet,
  destinations: readonly ExpectedDestination[],
): CanaryPair | null {
  const pairs = [...ofRollouts(set), ...ofFlagger(set), ...ofIngresses(set)].flatMap((roles) => {
    const candidate = destinations.find(roles.candidate);
    const baseline = destinations.find(
      (destination) => destination !== candidate && roles.baseline(destination),
    );
    if (candidate === undefined || baseline === undefined) return [];
    return [{ candidate: candidate.name, baseline: baseline.name }];
  });
  const [first = null, ...others] = pairs;
  const isClear = others.every(
    (pair) => pair.candidate === first?.candidate && pair.baseline === first.baseline,
  );
  return isClear ? first : null;
}

/**
 * By the subsets of its DestinationRule, or else by its Services.
 * Source: https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/
 */
function ofRollouts({ rollouts, destinationRules }: ManifestSet): Roles[] {
  return rollouts.flatMap(({ namespace, subsets, canaryService, stableService }) => {
    const roles: Roles[] = [];
    if (subsets !== null) {
      const { destinationRule, canary, stable } = subsets;
      const rule = destinationRules.find(
        (object) => object.name === destinationRule && object.namespace === namespace,
      );
      const isOf =
        (subset: string) =>
        (destination: ExpectedDestination): boolean =>
          destination.subset === subset &&
          (rule === undefined || serviceIn(destination) === rule.host.split('.')[0]);
      roles.push({ candidate: isOf(canary), baseline: isOf(stable) });
    }
    if (canaryService !== null && stableService !== null) {
      roles.push({
        candidate: isService(canaryService, namespace),
        baseline: isService(stableService, namespace),
      });
    }
    return roles;
  });
}

/** Source: https://docs.flagger.app/usage/how-it-works#canary-service */
function ofFlagger({ canaries }: ManifestSet): Roles[] {
  return canaries.map(({ apex, namespace }) => ({
    candidate: isService(`${apex}-canary`, namespace),
    baseline: isService(`${apex}-primary`, namespace),
  }));
}

/** Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary */
function ofIngresses({ ingresses }: ManifestSet): Roles[] {
  return ingresses.flatMap(({ canary, rules, namespace }): Roles[] => {
    if (canary === null) return [];
    const services = new Set(rules.map(({ service }) => service));
    const isCanary = (destination: ExpectedDestination): boolean =>
      [...services].some((service) => isService(service, namespace)(destination));
    return [{ candidate: isCanary, baseline: (destination) => !isCanary(destination) }];
  });
}

function isService(name: string, namespace: string) {
  return ({ host }: ExpectedDestination): boolean => {
    const [service, itsNamespace = namespace] = host.split('.');
    return service === name && itsNamespace === namespace;
  };
}

function serviceIn({ host }: ExpectedDestination): string | undefined {
  return host.split('.')[0];
}
