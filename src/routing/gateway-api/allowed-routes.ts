import { selectsLabels } from '../kubernetes/label-selector.js';
import type { ManifestSet } from '../manifest-set.js';
import type { ApiGateway, ApiListener } from './gateway.js';
import type { ManifestObject } from '../manifest/manifest-object.js';

/** The API server gives every Namespace this label with its name. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Whether a listener lets a route in, by its kind and namespace.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes; istio/istio
 * pilot/pkg/config/kube/gateway/conversion.go, namespacesFromSelector and toNamespaceSet.
 * @returns `unknown` when labels of a Namespace decide that is not among the manifests.
 */
export function isAllowed(
  set: Pick<ManifestSet, 'namespaces'>,
  gateway: ApiGateway,
  listener: ApiListener,
  { kind, namespace }: ManifestObject,
): 'yes' | 'no' | 'unknown' {
  const { allowedKinds } = listener;
  if (!kindsOf(listener).includes(kind)) return 'no';
  if (allowedKinds !== null && !allowedKinds.includes(kind)) return 'no';
  return isNamespaceAllowed(set, gateway, listener, namespace);
}

/** Whether a listener lets in what stands in a namespace; the answers are those of {@link isAllowed}. */
export function isNamespaceAllowed(
  { namespaces }: Pick<ManifestSet, 'namespaces'>,
  gateway: ApiGateway,
  { allowedNamespaces, namespaceSelector }: ApiListener,
  namespace: string,
): 'yes' | 'no' | 'unknown' {
  switch (allowedNamespaces) {
    case 'Same':
      return namespace === gateway.namespace ? 'yes' : 'no';
    case 'None':
      return 'no';
    case 'All':
      return 'yes';
    case 'Selector': {
      const own = namespaces.filter(({ name }) => name === namespace);
      const implied = { [NAME_LABEL]: namespace };
      if (own.length === 0) return selectsLabels(namespaceSelector, implied, false);
      // Several manifests may make one Namespace; the one applied last counts.
      const answers = own.map(({ labels }) =>
        selectsLabels(namespaceSelector, { ...labels, ...implied }, true),
      );
      return answers.every((answer) => answer === answers[0])
        ? (answers[0] ?? 'unknown')
        : 'unknown';
    }
  }
}

/**
 * The kinds of routes that a listener's protocol goes with.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#listener (protocol, tls.mode); istio/istio
 * pilot/pkg/config/kube/gatewaycommon/conversion.go, GenerateGatewaySupportedKinds.
 */
function kindsOf({ protocol, terminatesTls }: ApiListener): readonly string[] {
  switch (protocol) {
    case 'TCP':
      return ['TCPRoute'];
    case 'TLS':
      return terminatesTls ? ['TLSRoute', 'TCPRoute'] : ['TLSRoute'];
    case 'UDP':
      return ['UDPRoute'];
    default:
      return ['HTTPRoute', 'GRPCRoute'];
  }
}
