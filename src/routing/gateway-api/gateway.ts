import { type LabelSelector, readLabelSelector } from '../kubernetes/label-selector.js';
import { readObject, type ManifestObject } from '../manifest/manifest-object.js';
import type { ManifestNode } from '../manifest/manifest-node.js';

export interface ApiListener {
  name: string;
  port: number;
  /** HTTP, HTTPS, TLS, TCP, UDP. */
  protocol: string;
  /** In lower case; `null`: every host. */
  hostname: string | null;
  /** TLS is taken off here; with the protocol HTTPS, routes see HTTP. */
  terminatesTls: boolean;
  /** Whose routes may attach. */
  allowedNamespaces: 'Same' | 'All' | 'Selector' | 'None';
  /** Of the namespaces, where they are chosen by labels. */
  namespaceSelector: LabelSelector;
  /** Kinds of routes that may attach; `null`: those that fit the protocol. */
  allowedKinds: readonly string[] | null;
  node: ManifestNode;
}

/** A Gateway of the Kubernetes Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/#gateway */
export interface ApiGateway extends ManifestObject {
  /** Name of the GatewayClass, which says whose implementation it is; `null`: not known. */
  className: string | null;
  listeners: readonly ApiListener[];
  /** Whether its status has one, which Istio writes once its pods are ready; `null`: it has no status. */
  hasAddress: boolean | null;
}

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

const NAMESPACE_RULES = ['Same', 'All', 'Selector', 'None'] as const;

export function readApiGateway(node: ManifestNode): ApiGateway {
  const listeners = node.field('spec').field('listeners');
  const items = listeners.items();
  const status = node.field('status');
  if (items.length === 0) throw listeners.error('the Gateway has no listeners: it opens no port');
  return {
    ...readObject(node, 'Gateway', GATEWAY_API_GROUP),
    className: node.field('spec').field('gatewayClassName').optionalString(),
    listeners: items.map(readListener),
    hasAddress: status.absent ? null : status.field('addresses').items().length > 0,
  };
}

function readListener(node: ManifestNode): ApiListener {
  const port = node.field('port').optionalInteger();
  if (port === null || port < 1 || port > 65535)
    throw node.field('port').error('must be a port between 1 and 65535');
  const protocol = node.field('protocol').string();
  const allowed = node.field('allowedRoutes');
  const from = allowed.field('namespaces').field('from');
  const allowedNamespaces = NAMESPACE_RULES.find(
    (rule) => rule === (from.optionalString() ?? 'Same'),
  );
  if (allowedNamespaces === undefined)
    throw from.error(`must be one of ${NAMESPACE_RULES.join(', ')}`);
  const kinds = allowed.field('kinds');
  return {
    name: node.field('name').string(),
    port,
    protocol,
    hostname: node.field('hostname').optionalString()?.toLowerCase() ?? null,
    terminatesTls:
      ['HTTPS', 'TLS'].includes(protocol) &&
      (node.field('tls').field('mode').optionalString() ?? 'Terminate') === 'Terminate',
    allowedNamespaces,
    namespaceSelector: readLabelSelector(allowed.field('namespaces').field('selector')),
    allowedKinds: kinds.absent ? null : kinds.items().map((item) => item.field('kind').string()),
    node,
  };
}
