import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import type { Condition, MatchContext } from '../condition.js';
import { NO_EFFECTS } from '../effects.js';
import { firstMatch, type OrderedRule } from '../first-match.js';
import { hostOf } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import type { ManifestObject } from '../manifest/manifest-object.js';
import { noRuleError } from '../no-rule.js';
import { CORS_CHANGE } from '../preflight.js';
import type { RouteRequest } from '../request.js';
import type { Backend, Rule } from '../rule.js';
import type { Finding } from '../../finding.js';
import { canaryShare } from './canary-share.js';
import { annotationOf, type Ingress, type IngressRule } from './ingress.js';
import { ownAnswer, wwwRedirect } from './own-answers.js';
import { manifestFinding } from '../manifest-finding.js';

interface PlacedPath {
  ingress: Ingress;
  path: IngressRule;
  index: number;
}

/**
 * Chooses the route of a request through ingress-nginx: the most specific host, then an exact path,
 * then the longest prefix; a canary Ingress with the same host and path takes its share.
 * Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#multiple-matches and
 * https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#canary
 */
export function chooseIngressRoute(set: ManifestSet, request: RouteRequest): ChosenRoute {
  const { virtualService: wanted } = request;
  const paths = set.ingresses.flatMap((ingress) =>
    ingress.rules.map((path, index) => ({ ingress, path, index })),
  );
  const main = paths.filter(
    ({ ingress }) =>
      ingress.canary === null &&
      (wanted === undefined ||
        (ingress.name === wanted.name && ingress.namespace === wanted.namespace)),
  );
  const host = hostOf(request.authority);
  const best = Math.max(...main.map(({ path }) => hostRank(path.host, host)));
  const onHost = main.filter(({ path }) => best > 0 && hostRank(path.host, host) === best);
  const context: MatchContext = {
    request,
    port: request.gatewayPort ?? request.targetPort,
    gateways: [],
    source: null,
  };
  const onPath = onHost
    .toSorted((one, other) => pathRank(other.path) - pathRank(one.path))
    .map((placed): OrderedRule => toRule(placed, paths, request, context));
  const rules = [wwwRule(main, host, context) ?? [], onPath].flat();
  const { matched, traces } = firstMatch(rules);
  return {
    via: { kind: 'gateway' },
    gatewayPort: null,
    clientNamespace: null,
    matched,
    unroutedService: null,
    traces,
    problem: matched !== null ? null : noMatch(main, onHost, traces, request),
    notes: ['the Ingresses are read as ingress-nginx reads them'],
    findings: matched === null ? [] : otherClass(set, matched.object),
  };
}

/** Other controllers take weights from annotations of their own. */
function otherClass(set: ManifestSet, taken: ManifestObject): Finding[] {
  return set.ingresses
    .filter(
      ({ node, className }) => node === taken.node && !(className ?? 'nginx').includes('nginx'),
    )
    .map(({ name, className, node }) =>
      manifestFinding({
        code: 'not-modelled',
        summary: `the Ingress ${name} is of the class ${className ?? ''}, whose own annotations are not modelled here: it is read as ingress-nginx would`,
        place: node.field('spec').place(),
      }),
    );
}

function toRule(
  { ingress, path, index }: PlacedPath,
  all: readonly PlacedPath[],
  request: RouteRequest,
  context: MatchContext,
): OrderedRule {
  const canary = all.find(
    (other) =>
      other.ingress.canary !== null &&
      other.ingress.namespace === ingress.namespace &&
      other.path.host === path.host &&
      other.path.path === path.path,
  );
  const share = canary === undefined ? null : canaryShare(canary.ingress.canary, request);
  const backends = [
    toBackend(path, share === null ? 100 : share.total - share.weight),
    ...(canary === undefined || share === null ? [] : [toBackend(canary.path, share.weight)]),
  ];
  const rule: Rule = {
    label: `rules[${index}]`,
    name: null,
    entries: [{ conditions: [pathCondition(path)] }],
    action: ownAnswer(ingress, path, request) ?? { kind: 'forward', backends },
    preflights: null,
    effects: { ...NO_EFFECTS, changes: changesOf(ingress) },
    node: path.node,
  };
  return { object: ingress, rule, context };
}

/** A request for a host with `www.` before it, or without, that Ingresses have the other way round only. */
function wwwRule(
  main: readonly PlacedPath[],
  host: string,
  context: MatchContext,
): OrderedRule | null {
  const hosts = main.map(({ path }) => path.host);
  for (const ingress of new Set(main.map((placed) => placed.ingress))) {
    const redirect = wwwRedirect(ingress, host, hosts);
    if (redirect === null) continue;
    const rule: Rule = {
      label: 'from-to-www-redirect',
      name: null,
      entries: [],
      action: redirect.action,
      preflights: null,
      effects: NO_EFFECTS,
      node: redirect.path.node,
    };
    return { object: ingress, rule, context };
  }
  return null;
}

function changesOf(ingress: Ingress): string[] {
  const path = annotationOf(ingress, 'rewrite-target');
  const authority = annotationOf(ingress, 'upstream-vhost');
  const changes: string[] = [];
  if (path !== null && path !== '') changes.push(`path rewritten to ${path}`);
  if (authority !== null && authority !== '') changes.push(`authority rewritten to ${authority}`);
  if (annotationOf(ingress, 'enable-cors') === 'true') changes.push(CORS_CHANGE);
  return changes;
}

function toBackend({ service, port, node }: IngressRule, weight: number): Backend {
  return { host: service, subset: null, port, weight, node };
}

/** ingress-nginx takes ImplementationSpecific as a plain prefix. */
function pathCondition({ path, pathType }: IngressRule): Condition {
  if (pathType === 'Exact')
    return { on: 'path', match: { kind: 'exact', value: path }, ignoreCase: false };
  if (pathType === 'Prefix')
    return { on: 'path-segments', prefix: path.replace(/\/+$/, ''), ignoreCase: false };
  return { on: 'path', match: { kind: 'prefix', value: path }, ignoreCase: false };
}

/** 0: does not fit. A wildcard stands for exactly one label. */
function hostRank(pattern: string | null, host: string): number {
  if (pattern === null) return 1;
  if (pattern === host) return 1_000;
  if (!pattern.startsWith('*.')) return 0;
  return host.slice(host.indexOf('.')) === pattern.slice(1) && host.includes('.') ? 2 : 0;
}

function pathRank({ path, pathType }: IngressRule): number {
  return path.length * 2 + (pathType === 'Exact' ? 1 : 0);
}

function noMatch(
  main: readonly PlacedPath[],
  onHost: readonly PlacedPath[],
  traces: ChosenRoute['traces'],
  request: RouteRequest,
): InputError {
  if (onHost.length > 0) return noRuleError(traces, request);
  const hosts = [...new Set(main.map(({ path }) => path.host ?? '*'))];
  return new InputError(
    `no Ingress has the host ${hostOf(request.authority)}: there are ${hosts.join(', ')}; name one with --authority`,
    main[0]?.path.node.place() ?? {},
  );
}
