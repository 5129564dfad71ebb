import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import type { Rule } from '../rule.js';
import { readTcpRule, readTlsRule } from './connection-rule.js';
import { readHttpRule } from './http-rule.js';

/** An Istio VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
export interface VirtualService extends ManifestObject {
  /** As written; empty for one that others delegate to. */
  hosts: readonly string[];
  /** As written; `mesh` when the object names none. */
  gateways: readonly string[];
  exportTo: readonly string[];
  http: readonly Rule[];
  /** For connections that stay TLS, by the server name they ask for. */
  tls: readonly Rule[];
  /** For every other connection whose bytes are passed on as they are. */
  tcp: readonly Rule[];
}

/** The gateway's name that stands for every sidecar. */
export const MESH = 'mesh';

export function readVirtualService(node: ManifestNode): VirtualService {
  const spec = node.field('spec');
  const gateways = spec.field('gateways').strings();
  return {
    ...readObject(node, 'VirtualService', 'networking.istio.io'),
    hosts: spec.field('hosts').strings(),
    gateways: gateways.length === 0 ? [MESH] : gateways,
    exportTo: spec.field('exportTo').strings(),
    http: spec.field('http').items().map(readHttpRule),
    tls: spec.field('tls').items().map(readTlsRule),
    tcp: spec.field('tcp').items().map(readTcpRule),
  };
}

/** The rules of all layers. */
export function allRules({ http, tls, tcp }: VirtualService): Rule[] {
  return [...http, ...tls, ...tcp];
}

/**
 * A gateway's name in a VirtualService as `ns/name`; `mesh` means the sidecars and stays. A bare name and
 * `./name` mean a Gateway of the own namespace; `name.ns` and `name.ns.svc.cluster.local` are the old way
 * to name one of another namespace.
 * Source: istio/istio pilot/pkg/model/config.go, resolveGatewayName.
 */
export function resolveGatewayName(name: string, namespace: string): string {
  if (name === MESH) return name;
  if (name.startsWith('./')) return `${namespace}${name.slice(1)}`;
  if (name.includes('/')) return name;
  const [short = '', other] = name.split('.');
  return other === undefined ? `${namespace}/${short}` : `${other}/${short}`;
}

/** A rule whose conditions on gateways name them in full, as meant in the namespace of its object. */
export function withGatewayNames(rule: Rule, namespace: string): Rule {
  const isNamed = rule.entries.some(({ conditions }) =>
    conditions.some(({ on }) => on === 'gateway'),
  );
  if (!isNamed) return rule;
  const entries = rule.entries.map(({ conditions }) => ({
    conditions: conditions.map((condition) =>
      condition.on === 'gateway'
        ? {
            ...condition,
            names: condition.names.map((name) => resolveGatewayName(name, namespace)),
          }
        : condition,
    ),
  }));
  return { ...rule, entries };
}
