import { NO_EFFECTS } from '../effects.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import { GATEWAY_API_GROUP } from './gateway.js';
import { type ApiRule, type ParentRef, readBackendRef, readParentRef } from './route.js';

export type ConnectionRouteKind = 'TLSRoute' | 'TCPRoute';

/**
 * A route for connections: https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute and #tcproute. Its
 * rules have no conditions of their own.
 */
export interface ConnectionRoute extends ManifestObject {
  kind: ConnectionRouteKind;
  /** Server names in lower case; empty: every one of the listener. A TCPRoute has none. */
  hostnames: readonly string[];
  parentRefs: readonly ParentRef[];
  rules: readonly ApiRule[];
}

export function readConnectionRoute(
  node: ManifestNode,
  kind: ConnectionRouteKind,
): ConnectionRoute {
  const spec = node.field('spec');
  const isTls = kind === 'TLSRoute';
  const rules = spec.field('rules').items();
  if (rules.length === 0)
    throw spec
      .field('rules')
      .error(
        `a ${kind} without rules is refused by the API server: give it a rule with backendRefs`,
      );
  return {
    ...readObject(node, kind, GATEWAY_API_GROUP),
    kind,
    hostnames: isTls
      ? spec
          .field('hostnames')
          .strings()
          .map((name) => name.toLowerCase())
      : [],
    parentRefs: spec.field('parentRefs').items().map(readParentRef),
    rules: rules.map(readRule),
  };
}

function readRule(node: ManifestNode, index: number): ApiRule {
  const name = node.field('name').optionalString();
  return {
    label: name ?? `rules[${index}]`,
    name,
    entries: [],
    backendRefs: node.field('backendRefs').items().map(readBackendRef),
    filters: [],
    redirect: null,
    preflights: null,
    effects: NO_EFFECTS,
    node,
  };
}
