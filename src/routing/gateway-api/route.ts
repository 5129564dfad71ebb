import { NO_EFFECTS, type RouteEffects } from '../effects.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { MatchEntry } from '../condition.js';
import type { PreflightPolicy } from '../preflight.js';
import type { Finding } from '../../finding.js';
import { type ApiFilter, readFilterTypes, readFilters } from './filters.js';
import { GATEWAY_API_GROUP } from './gateway.js';
import { readGrpcMatch } from './grpc-match.js';
import { readHttpRouteMatch } from './http-match.js';
import { readRuleTimeouts } from './timeouts.js';
import { manifestFinding } from '../manifest-finding.js';

export type ApiRouteKind = 'HTTPRoute' | 'GRPCRoute';

/** What a route attaches to: a Gateway, or a Service in a mesh. */
export interface ParentRef {
  kind: string;
  /** `null`: the route's own. */
  namespace: string | null;
  name: string;
  sectionName: string | null;
  port: number | null;
}

export interface BackendRef {
  group: string;
  kind: string;
  /** `null`: the route's own. */
  namespace: string | null;
  name: string;
  port: number | null;
  weight: number;
  filters: readonly ApiFilter[];
  node: ManifestNode;
}

export interface ApiRule {
  label: string;
  name: string | null;
  entries: readonly MatchEntry[];
  backendRefs: readonly BackendRef[];
  filters: readonly ApiFilter[];
  redirect: string | null;
  preflights: PreflightPolicy | null;
  effects: RouteEffects;
  node: ManifestNode;
}

/** An HTTPRoute or GRPCRoute: https://gateway-api.sigs.k8s.io/reference/spec/#httproute */
export interface ApiRoute extends ManifestObject {
  kind: ApiRouteKind;
  /** In lower case; empty: every host of the listener. */
  hostnames: readonly string[];
  parentRefs: readonly ParentRef[];
  rules: readonly ApiRule[];
}

export function readApiRoute(
  node: ManifestNode,
  kind: ApiRouteKind,
  findings: Finding[],
): ApiRoute {
  const spec = node.field('spec');
  return {
    ...readObject(node, kind, GATEWAY_API_GROUP),
    kind,
    hostnames: spec
      .field('hostnames')
      .strings()
      .map((name) => name.toLowerCase()),
    parentRefs: spec.field('parentRefs').items().map(readParentRef),
    rules: readRules(spec.field('rules'), kind, findings),
  };
}

/** A route without rules takes every request and has nowhere to send it, as the API's default says. */
function readRules(node: ManifestNode, kind: ApiRouteKind, findings: Finding[]): ApiRule[] {
  if (node.absent)
    return [
      {
        label: 'rules',
        name: null,
        entries: [],
        backendRefs: [],
        filters: [],
        redirect: null,
        preflights: null,
        effects: NO_EFFECTS,
        node,
      },
    ];
  return node.items().map((rule, index) => readRule(rule, index, kind, findings));
}

function readRule(
  node: ManifestNode,
  index: number,
  kind: ApiRouteKind,
  findings: Finding[],
): ApiRule {
  if (!node.field('sessionPersistence').absent)
    findings.push(
      manifestFinding({
        code: 'not-modelled',
        summary:
          'sessionPersistence ties a session to the backend its first request was drawn for; a request that carries no session, as here unless -H gives it one, is drawn by weight',
        place: node.field('sessionPersistence').place(),
      }),
    );
  const name = node.field('name').optionalString();
  const filters = readFilters(node.field('filters'));
  const read = kind === 'HTTPRoute' ? readHttpRouteMatch : readGrpcMatch;
  return {
    label: name ?? `rules[${index}]`,
    name,
    entries: node.field('matches').items().map(read),
    backendRefs: node.field('backendRefs').items().map(readBackendRef),
    filters: readFilterTypes(node.field('filters')),
    redirect: filters.redirect,
    preflights: filters.preflights,
    effects: { ...NO_EFFECTS, ...readRuleTimeouts(node), ...filters.effects },
    node,
  };
}

/** Reads what a route attaches to. */
export function readParentRef(node: ManifestNode): ParentRef {
  return {
    kind: node.field('kind').optionalString() ?? 'Gateway',
    namespace: node.field('namespace').optionalString(),
    name: node.field('name').string(),
    sectionName: node.field('sectionName').optionalString(),
    port: node.field('port').optionalInteger(),
  };
}

/** @throws InputError when its weight is none. */
export function readBackendRef(node: ManifestNode): BackendRef {
  const group = node.field('group').optionalString() ?? '';
  const kind = node.field('kind').optionalString() ?? 'Service';
  const weight = node.field('weight').optionalInteger() ?? 1;
  if (weight < 0 || weight > 1_000_000)
    throw node.field('weight').error(`must be between 0 and 1000000, and is ${weight}`);
  return {
    group,
    kind,
    namespace: node.field('namespace').optionalString(),
    name: node.field('name').string(),
    port: node.field('port').optionalInteger(),
    weight,
    filters: readFilterTypes(node.field('filters')),
    node,
  };
}
