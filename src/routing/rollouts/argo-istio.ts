import type { Finding } from '../../finding.js';
import type { VirtualService } from '../istio/virtual-service.js';
import { manifestFinding } from '../manifest-finding.js';
import { describeObject } from '../manifest/manifest-object.js';
import type { Backend, Rule } from '../rule.js';
import type { CanaryWeights, ManagedRoute, Rollout } from './rollout.js';

/**
 * What Argo Rollouts makes of a VirtualService that it manages: canary and stable get the weights of
 * the rollout, Services of experiments theirs, and every other destination with a weight is deleted.
 * Source: argoproj/argo-rollouts rollout/trafficrouting/istio/istio.go, processRoutes and
 * ValidateHTTPRoutes.
 *
 * @param weights `null`: not known, so that those of the route stay.
 * @param findings Gets what it deletes, and why it leaves the routes alone.
 */
export function weighVirtualService(
  object: VirtualService,
  rollout: Rollout,
  managed: ManagedRoute,
  weights: CanaryWeights | null,
  findings: Finding[],
): VirtualService {
  const { rules, refusal } = managedRules(object, rollout, managed);
  if (refusal !== null) {
    findings.push(
      manifestFinding({
        code: 'rollout-refuses-route',
        summary: `Argo Rollouts sets no weights in ${describeObject(object)}: ${refusal}`,
        place: object.node.field('spec').field('http').place(),
      }),
    );
    return object;
  }
  const http = object.http.map((rule) => {
    if (!rules.includes(rule) || rule.action.kind !== 'forward') return rule;
    const { backends } = rule.action;
    const deleted = backends.filter((backend) => isDeleted(backend, rollout, weights));
    for (const backend of deleted) findings.push(deletionFinding(backend, rollout));
    if (weights === null) return rule;
    const kept = backends.filter((backend) => !deleted.includes(backend));
    return { ...rule, action: { ...rule.action, backends: weigh(kept, rule, rollout, weights) } };
  });
  return { ...object, http };
}

/** The rules that get weights, or why Argo Rollouts leaves them all alone (its ValidateHTTPRoutes). */
function managedRules(
  { http }: VirtualService,
  rollout: Rollout,
  managed: ManagedRoute,
): { rules: readonly Rule[]; refusal: string | null } {
  const refused = (refusal: string): { rules: []; refusal: string } => ({ rules: [], refusal });
  const missing = managed.rules.find((wanted) => !http.some(({ name }) => name === wanted));
  if (missing !== undefined)
    return refused(`it has no rule ${missing}, which ${describeObject(rollout)} names`);
  const own = http.filter(({ name }) => name === null || !rollout.managedRules.includes(name));
  if (managed.rules.length === 0 && own.length > 1)
    return refused(
      `it has several rules, and ${describeObject(rollout)} names none: name it in routes`,
    );
  const rules =
    managed.rules.length === 0
      ? own.filter(({ name }) => name === null || http.length === 1)
      : http.filter(({ name }) => name !== null && managed.rules.includes(name));
  for (const { label, action } of rules) {
    const backends = action.kind === 'forward' ? action.backends : [];
    const lacking = (['canary', 'stable'] as const).find(
      (role) => !backends.some((backend) => roleOf(backend, rollout) === role),
    );
    if (lacking !== undefined)
      return refused(
        `the rule ${label} has no destination for the ${lacking} of ${describeObject(rollout)}`,
      );
  }
  return { rules, refusal: null };
}

type Role = 'canary' | 'stable' | 'additional' | 'other';

/** Services are told by the first label of the host alone. */
function roleOf(
  { host, subset }: Backend,
  { canaryService, stableService, subsets }: Rollout,
): Role {
  const service = serviceOf(host);
  if (service === canaryService || (subset !== null && subset === subsets?.canary)) return 'canary';
  if (service === stableService || (subset !== null && subset === subsets?.stable)) return 'stable';
  return subset !== null && subsets?.additional.includes(subset) === true ? 'additional' : 'other';
}

function serviceOf(host: string): string {
  return host.split('.')[0] ?? '';
}

/** A destination without a weight is left as it is. */
function isDeleted(backend: Backend, rollout: Rollout, weights: CanaryWeights | null): boolean {
  if ((backend.weight ?? 0) === 0 || roleOf(backend, rollout) !== 'other') return false;
  return weights?.additional.some(({ service }) => service === serviceOf(backend.host)) !== true;
}

function weigh(
  backends: readonly Backend[],
  { node }: Rule,
  rollout: Rollout,
  { canary, stable, additional }: CanaryWeights,
): Backend[] {
  const apart = backends
    .filter((backend) => roleOf(backend, rollout) === 'additional')
    .reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const weighed = backends.map((backend): Backend => {
    switch (roleOf(backend, rollout)) {
      case 'canary':
        return { ...backend, weight: canary };
      case 'stable':
        return { ...backend, weight: Math.max(0, stable - apart) };
      case 'additional':
        return backend;
      case 'other': {
        const own = additional.find(({ service }) => service === serviceOf(backend.host));
        return own === undefined ? backend : { ...backend, weight: own.weight };
      }
    }
  });
  const missing = additional.filter(
    ({ service }) => !backends.some(({ host }) => serviceOf(host) === service),
  );
  const added = missing.map(({ service, weight }): Backend => {
    return { host: service, subset: null, port: null, weight, node };
  });
  return [...weighed, ...added];
}

function deletionFinding({ host, subset, weight, node }: Backend, rollout: Rollout): Finding {
  const name = subset === null ? host : `${host}/${subset}`;
  return manifestFinding({
    code: 'rollout-deletes-destination',
    summary: `Argo Rollouts deletes the destination ${name} with its weight ${weight ?? 0} when it sets the weights of the rule, for it is neither stable nor canary of ${describeObject(rollout)}`,
    place: node.place(),
  });
}
