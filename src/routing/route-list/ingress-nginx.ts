import { type Condition, type MatchContext, unmetReason } from '../condition.js';
import { oldestFirst, otherOrder } from '../ingress-nginx/age.js';
import { canaryOf } from '../ingress-nginx/backends.js';
import {
  type CanaryChoice,
  canaryChoices,
  type CanaryShare,
  weightOf,
} from '../ingress-nginx/canary-share.js';
import { ruleAt, wwwRule } from '../ingress-nginx/choose-route.js';
import { ingressesByController } from '../ingress-nginx/class.js';
import {
  ANY_HOST,
  programIngresses,
  type Programmed,
  type Server,
} from '../ingress-nginx/controller.js';
import { annotationOf, type CanaryAnnotations, type Ingress } from '../ingress-nginx/ingress.js';
import { orderedLocations, type PlacedLocation } from '../ingress-nginx/locations.js';
import type { ManifestSet } from '../manifest-set.js';
import { objectKey } from '../manifest/manifest-object.js';
import type { RouteRequest } from '../request.js';
import { describeAction } from '../rule.js';
import type { HostRule, HostRules } from './listed.js';

/** A path that no Ingress answers by itself, as it does `/`. */
const NO_PATH = '/-';

/**
 * The locations of every host of ingress-nginx, by the tables that a request meets, with those of a
 * canary's headers and cookies before the ones that its weight shares.
 */
export function ingressRules(set: ManifestSet, any: RouteRequest): HostRules[] {
  if (set.ingresses.length === 0) return [];
  return ingressesByController(set.ingresses).flatMap((own) => {
    const ordered = oldestFirst(own);
    const reordered = otherOrder(ordered);
    return (['http', 'https'] as const).flatMap((scheme): HostRules[] => {
      const request = { ...any, scheme, path: NO_PATH };
      const other = reordered === null ? null : outcomes(hostsOf(set, reordered, request));
      return hostsOf(set, ordered, request).map(({ host, rules }) => ({
        via: ['ingress-nginx'],
        client: null,
        entrances: [{ protocol: scheme, port: null }],
        host,
        rules,
        ruleClient: { namespace: null, labels: {} },
        notes: other === null || other.get(host) === outcomeOf(rules) ? [] : [AGES_DECIDE],
        findings: [],
      }));
    });
  });
}

const AGES_DECIDE =
  "the first Ingress to name a path or a Service's port owns it, and the manifests do not say which is older: in another order there are other routes here";

interface Host {
  host: string;
  rules: HostRule[];
}

function outcomes(hosts: readonly Host[]): Map<string, string> {
  return new Map(hosts.map(({ host, rules }) => [host, outcomeOf(rules)]));
}

/** What is taken and where it goes, to be compared. */
function outcomeOf(rules: readonly HostRule[]): string {
  return JSON.stringify(
    rules.map(({ object, rule: { action, entries }, also }) => [
      objectKey(object),
      entries,
      also,
      action.kind === 'forward'
        ? action.backends.map(({ host, port, weight }) => [host, port, weight])
        : describeAction(action),
    ]),
  );
}

function hostsOf(set: ManifestSet, ordered: readonly Ingress[], request: RouteRequest): Host[] {
  const programmed = programIngresses(ordered);
  const context: MatchContext = { request, port: null, gateways: [], source: null };
  const main = ordered.filter(({ canary }) => canary === null);
  const servers = [...programmed.servers].flatMap(([name, server]) => {
    const rules = orderedLocations(server).flatMap((placed) =>
      rulesAt(placed, server, set, programmed, request, context),
    );
    const host = name === ANY_HOST ? '*' : name;
    return rules.length === 0
      ? []
      : [host, ...server.aliases].map((each) => ({ host: each, rules }));
  });
  const redirects = main
    .flatMap(({ rules }) => rules.flatMap(({ host }) => host ?? []))
    .map((host) => (host.startsWith('www.') ? host.slice('www.'.length) : `www.${host}`));
  return [
    ...servers,
    ...[...new Set(redirects)].flatMap((host) => {
      const rule = wwwRule(main, host, context);
      return rule === null ? [] : [{ host, rules: [rule] }];
    }),
  ];
}

function rulesAt(
  placed: PlacedLocation,
  server: Server,
  set: ManifestSet,
  programmed: Programmed,
  request: RouteRequest,
  context: MatchContext,
): HostRule[] {
  const { location, condition } = placed;
  const at = (
    share: (canary: CanaryAnnotations) => CanaryShare,
    asked = request,
  ): HostRule | null =>
    ruleAt(
      placed,
      server,
      set,
      programmed,
      asked,
      (canary) => (canary === null ? null : share(canary)),
      context,
    );
  const byWeight = at(weightOf);
  if (byWeight === null) return [];
  const { upstreams } = programmed;
  const upstream = location.upstream === null ? undefined : upstreams.get(location.upstream);
  const canary = upstream === undefined ? null : (canaryOf(upstream, upstreams)?.canary ?? null);
  const isForwarded = byWeight.rule.action.kind === 'forward';
  const chosen = canary === null || !isForwarded ? [] : canaryChoices(canary);
  return [
    ...rootRule(location.ingress, condition, context, () =>
      at(weightOf, { ...request, path: '/' }),
    ),
    ...chosen.flatMap(({ description, share }: CanaryChoice): HostRule[] => {
      const rule = at(() => share);
      return rule === null ? [] : [{ ...rule, also: description }];
    }),
    byWeight,
  ];
}

/** An Ingress may answer `/` alone. */
function rootRule(
  ingress: Ingress | null,
  condition: Condition,
  context: MatchContext,
  read: () => HostRule | null,
): HostRule[] {
  if (ingress === null || annotationOf(ingress, 'app-root') === null) return [];
  const isRoot = { ...context, request: { ...context.request, path: '/' } };
  const rule = unmetReason(condition, isRoot) === null ? read() : null;
  if (rule?.rule.action.kind !== 'redirect') return [];
  const root: Condition = { on: 'path', match: { kind: 'exact', value: '/' }, ignoreCase: false };
  return [{ ...rule, rule: { ...rule.rule, entries: [{ conditions: [root] }] } }];
}
