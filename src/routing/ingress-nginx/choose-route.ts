import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import type { MatchContext } from '../condition.js';
import { NO_EFFECTS } from '../effects.js';
import { firstMatch, type MatchedRule, type OrderedRule, type RuleTrace } from '../first-match.js';
import { hostOf } from '../istio/host.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import { noRuleError } from '../no-rule.js';
import { CORS_CHANGE } from '../preflight.js';
import type { RouteRequest } from '../request.js';
import { describeAction, type RuleAction } from '../rule.js';
import { oldestFirst, otherOrder } from './age.js';
import { backendsOf } from './backends.js';
import { ingressesOfController } from './class.js';
import { ANY_HOST, programIngresses, type Programmed, type Server } from './controller.js';
import { ageDecides, canaryNotes, requestFindings } from './findings.js';
import { canaryShare, type CanaryShare } from './canary-share.js';
import { annotationOf, type CanaryAnnotations, flagOf, type Ingress } from './ingress.js';
import { normalisedPath, orderedLocations, type PlacedLocation } from './locations.js';
import { ownAnswer, slashRedirect, wwwRedirect } from './own-answers.js';

/**
 * Chooses the route of a request through ingress-nginx: the server of its host, and there the location
 * of its path. What a canary gets is told by the upstream that the location leads to.
 * Source: as {@link programIngresses} and {@link orderedLocations} name it.
 */
export function chooseIngressRoute(set: ManifestSet, request: RouteRequest): ChosenRoute {
  const host = hostOf(request.authority);
  const ordered = oldestFirst(ingressesOfController(set.ingresses, host));
  const { matched, traces, server, programmed } = routeIn(set, ordered, request);
  const reordered = otherOrder(ordered);
  const other = reordered === null ? null : routeIn(set, reordered, request).matched;
  return {
    via: { kind: 'gateway' },
    gatewayPort: null,
    clientNamespace: null,
    matched,
    unroutedService: null,
    traces,
    problem: matched !== null ? null : noMatch(ordered, server, traces, request),
    notes: [
      'the Ingresses are read as ingress-nginx reads them',
      ...(matched === null ? [] : canaryNotes(programmed, matched)),
    ],
    findings: [
      ...(reordered === null ? [] : ageDecides(outcomeOf(matched), outcomeOf(other), ordered)),
      ...(matched === null ? [] : requestFindings(set, request, matched)),
    ],
  };
}

interface RouteInOrder {
  matched: MatchedRule | null;
  traces: RuleTrace[];
  /** null: no Ingress has the host. */
  server: Server | null;
  programmed: Programmed;
}

function routeIn(
  set: ManifestSet,
  ordered: readonly Ingress[],
  request: RouteRequest,
): RouteInOrder {
  const { virtualService: wanted } = request;
  const isWanted = (ingress: Ingress): boolean =>
    wanted === undefined || objectKey(ingress) === objectKey(wanted);
  const programmed = programIngresses(ordered);
  const host = hostOf(request.authority);
  const server = serverOf(programmed, host);
  const context: MatchContext = {
    request: { ...request, path: normalisedPath(request.path) },
    port: request.gatewayPort ?? request.targetPort,
    gateways: [],
    source: null,
  };
  const main = ordered.filter((ingress) => ingress.canary === null && isWanted(ingress));
  const rules = [
    wwwRule(main, host, context) ?? [],
    orderedLocations(server).flatMap((placed) => {
      const share = (canary: CanaryAnnotations | null): CanaryShare | null =>
        canaryShare(canary, request);
      const rule = ruleAt(placed, server, set, programmed, request, share, context);
      return rule !== null && isWanted(rule.object) ? rule : [];
    }),
  ].flat();
  const isKnown = server !== programmed.servers.get(ANY_HOST) || rules.length > 0;
  return { ...firstMatch(rules), server: isKnown ? server : null, programmed };
}

type IngressOrderedRule = OrderedRule & { object: Ingress };

/**
 * What becomes of a request at a location.
 * @param shareOf What part of its like a canary gets.
 * @returns null: the location leads to the controller's default backend.
 */
export function ruleAt(
  { location, condition, asksForSlash }: PlacedLocation,
  { hasCertificate }: Server,
  set: ManifestSet,
  { upstreams }: Programmed,
  request: RouteRequest,
  shareOf: (canary: CanaryAnnotations | null) => CanaryShare | null,
  context: MatchContext,
): IngressOrderedRule | null {
  const { ingress, rule, upstream: name } = location;
  const upstream = name === null ? undefined : upstreams.get(name);
  if (ingress === null || rule === null || upstream === undefined) return null;
  const own = asksForSlash
    ? slashRedirect(location.path)
    : ownAnswer(ingress, hasCertificate, request);
  const forward = (): RuleAction => ({
    kind: 'forward',
    backends: backendsOf(set, ingress, upstream, upstreams, shareOf),
  });
  return {
    object: ingress,
    rule: {
      label: rule.label,
      name: null,
      entries: [{ conditions: [condition] }],
      action: own ?? forward(),
      preflights: null,
      effects: { ...NO_EFFECTS, changes: changesOf(ingress) },
      node: rule.node,
    },
    context,
  };
}

/** A request for a host with `www.` before it, or without, that Ingresses have the other way round only. */
export function wwwRule(
  main: readonly Ingress[],
  host: string,
  context: MatchContext,
): OrderedRule | null {
  const hosts = main.flatMap(({ rules }) => rules.map((rule) => rule.host));
  for (const ingress of main) {
    const redirect = wwwRedirect(ingress, host, hosts);
    if (redirect === null) continue;
    return {
      object: ingress,
      rule: {
        label: 'from-to-www-redirect',
        name: null,
        entries: [],
        action: redirect.action,
        preflights: null,
        effects: NO_EFFECTS,
        node: redirect.path.node,
      },
      context,
    };
  }
  return null;
}

function changesOf(ingress: Ingress): string[] {
  const path = annotationOf(ingress, 'rewrite-target');
  const authority = annotationOf(ingress, 'upstream-vhost');
  const changes: string[] = [];
  if (path !== null && path !== '') changes.push(`path rewritten to ${path}`);
  if (authority !== null && authority !== '') changes.push(`authority rewritten to ${authority}`);
  if (flagOf(ingress, 'enable-cors') === true) changes.push(CORS_CHANGE);
  return changes;
}

/** By its name, else by an alias, else by a wildcard, which stands for exactly one label. */
function serverOf({ servers }: Programmed, host: string): Server {
  const wildcard = `*${host.slice(host.indexOf('.'))}`;
  const server =
    servers.get(host) ??
    [...servers.values()].find(({ aliases }) => aliases.includes(host)) ??
    (host.includes('.') ? servers.get(wildcard) : undefined) ??
    servers.get(ANY_HOST);
  if (server === undefined) throw new RangeError('there is always a server of any host');
  return server;
}

/** What becomes of the request, to be compared and shown. */
function outcomeOf(matched: MatchedRule | null): string {
  if (matched === null) return 'the default backend, which answers 404';
  const { action } = matched.rule;
  if (action.kind !== 'forward') return `it ${describeAction(action)}`;
  return action.backends.map(({ host, weight }) => `${host} ${weight ?? 0}`).join(', ');
}

function noMatch(
  ordered: readonly Ingress[],
  server: Server | null,
  traces: readonly RuleTrace[],
  request: RouteRequest,
): InputError {
  if (traces.length > 0) return noRuleError(traces, request);
  const host = hostOf(request.authority);
  const [first] = ordered;
  const place = first?.rules[0]?.node.place() ?? first?.node.place() ?? {};
  if (server !== null)
    return new InputError(
      `no path of the host ${host} leads to a Service that a canary Ingress does not own, so the controller's default backend answers 404: give the canary a Service of its own`,
      place,
    );
  const main = ordered.filter(({ canary }) => canary === null);
  const hosts = [...new Set(main.flatMap(({ rules }) => rules.map((rule) => rule.host ?? '*')))];
  return new InputError(
    main.length === 0
      ? 'there are only canary Ingresses, and none of them takes requests by itself: give the Ingress that they belong to'
      : `no Ingress has the host ${host}: there are ${hosts.join(', ')}; name one with --authority`,
    place,
  );
}
