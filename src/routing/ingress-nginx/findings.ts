import type { Finding } from '../../finding.js';
import type { MatchedRule } from '../first-match.js';
import { manifestFinding } from '../manifest-finding.js';
import type { ManifestSet } from '../manifest-set.js';
import { isGrpc, type RouteRequest } from '../request.js';
import { isNginx } from './class.js';
import type { Programmed } from './controller.js';
import { annotationOf, type Ingress } from './ingress.js';

/** What is to know of an Ingress that takes a request. */
export function requestFindings(
  set: ManifestSet,
  request: RouteRequest,
  { object, rule }: MatchedRule,
): Finding[] {
  const ingress = set.ingresses.find(({ node }) => node === object.node);
  if (ingress === undefined) return [];
  const { className } = ingress;
  if (className !== null && !isNginx(className)) return [otherClass(ingress, className)];
  return rule.action.kind === 'forward' && isGrpc(request) ? notGrpc(ingress) : [];
}

/** Other controllers take weights from annotations of their own. */
function otherClass({ name, node }: Ingress, className: string): Finding {
  return manifestFinding({
    code: 'not-modelled',
    summary: `the Ingress ${name} is of the class ${className}, whose own annotations are not modelled here: it is read as ingress-nginx would`,
    place: node.field('spec').place(),
  });
}

/** Source: kubernetes/ingress-nginx internal/ingress/controller/template/template.go, buildProxyPass. */
function notGrpc(ingress: Ingress): Finding[] {
  const protocol = annotationOf(ingress, 'backend-protocol')?.toUpperCase() ?? 'HTTP';
  if (protocol === 'GRPC' || protocol === 'GRPCS') return [];
  return [
    manifestFinding({
      code: 'protocol-mismatch',
      summary: `the Ingress ${ingress.name} has the backend-protocol ${protocol}, so nginx speaks HTTP/1.1 to the pods and a gRPC call fails there: annotate it with nginx.ingress.kubernetes.io/backend-protocol: GRPC`,
      place: ingress.node.field('metadata').place(),
    }),
  ];
}

/**
 * The ages of the Ingresses decide what becomes of the request, and are not known.
 * @param outcome In the order in which they are taken, and in another that is as possible.
 */
export function ageDecides(outcome: string, other: string, [first]: readonly Ingress[]): Finding[] {
  if (outcome === other) return [];
  return [
    manifestFinding({
      code: 'age-unknown',
      summary: `the first Ingress to name a path or a Service's port owns it, and the manifests do not say which is older: created at one time, as is assumed, it is ${outcome}; in another order ${other}. Give them as the cluster has them: kubectl get ingress -A -o yaml`,
      place: first?.node.field('metadata').place() ?? {},
    }),
  ];
}

/** A canary that only a header or a cookie chooses has no share of other requests. */
export function canaryNotes({ upstreams }: Programmed, { rule }: MatchedRule): string[] {
  const { action } = rule;
  if (action.kind !== 'forward') return [];
  const [, backend] = action.backends;
  if (backend?.weight !== 0) return [];
  return [...upstreams.values()].flatMap(({ backend: { node }, canary, owner }) => {
    if (node !== backend.node || canary?.weight !== 0) return [];
    const chosenBy = [
      canary.header === null ? [] : `the header ${canary.header}`,
      canary.cookie === null ? [] : `the cookie ${canary.cookie}`,
    ].flat();
    return chosenBy.length === 0
      ? `the canary Ingress ${owner.name} has no canary-weight and no header or cookie that chooses it, so it gets nothing`
      : `the canary Ingress ${owner.name} has the weight 0: only ${chosenBy.join(' or ')} chooses it, and this request has none that does`;
  });
}
