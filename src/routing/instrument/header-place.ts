import type { ChosenRoute } from '../chosen-route.js';
import { GATEWAY_API_GROUP } from '../gateway-api/gateway.js';
import type { ManifestSet } from '../manifest-set.js';
import type { FieldStep } from '../manifest/edit/field-path.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { type ManifestObject, objectKey } from '../manifest/manifest-object.js';
import type { PathStep } from '../manifest/source-document.js';
import { formatVia } from '../request.js';
import { HOST_VALUE, IDENTITY_HEADER, ISTIO_VALUE } from './identity-header.js';
import { implementationOf } from '../gateway-api/implementation.js';
import { apiGatewayOf } from './api-gateway.js';

/** Where an object says that a rule's answers get the header, and what it is. */
export interface HeaderPlace {
  /** The object as the user gave it. */
  node: ManifestNode;
  /** `VirtualService default/greeter` */
  name: string;
  /** As kubectl knows its kind: `virtualservices.networking.istio.io`. */
  resource: string;
  namespace: string;
  /** Whether the object itself names its namespace. */
  namespaceGiven: boolean;
  /** `http[0]` */
  rule: string;
  /** From the object to the rule. */
  base: readonly PathStep[];
  /** From the rule to the header's value. */
  steps: readonly FieldStep[];
  value: string;
  /** Who configures the proxy. */
  by: 'istio' | 'flagger' | 'envoy-gateway' | 'other';
  /** What was assumed, for the user to know; null for nothing. */
  assumed: string | null;
}

/** Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers */
const ISTIO_STEPS: readonly FieldStep[] = ['headers', 'response', 'set', IDENTITY_HEADER];

/**
 * A rule may have one such filter.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httpheaderfilter
 */
const API_STEPS: readonly FieldStep[] = [
  'filters',
  { field: 'type', value: 'ResponseHeaderModifier' },
  'responseHeaderModifier',
  'set',
  { field: 'name', value: IDENTITY_HEADER },
  'value',
];

/** @throws InputError when no header can be set there. */
export function headerPlace(set: ManifestSet, chosen: ChosenRoute): HeaderPlace {
  const { matched, via } = chosen;
  if (matched === null) throw new RangeError('no rule takes the request');
  const { object, rule } = matched;
  const { action, node } = rule;
  if (object.kind === 'Ingress')
    throw object.node.error(
      'ingress-nginx sets no header that names the pod: it escapes $ in custom headers and ignores those of a canary; its access log names the pod of every request: kubectl logs -f … | splitproof verify … --identity access-log:-',
    );
  if (action.kind !== 'forward')
    throw node.error(
      'the rule answers the request itself, so there is no pod to name: ask for a request that a rule forwards',
    );
  if (via.kind === 'proxyless')
    throw node.error(
      'a proxyless client has no proxy that would set a header: read who answers from the replies with --identity',
    );
  const common = { ...originOf(object), rule: rule.label };
  // What Flagger keeps is made of the Canary, which is what was given.
  if (object.kind === 'VirtualService' && node === object.node)
    return {
      ...common,
      name: `Canary ${objectKey({ ...object, name: nameIn(node) })}`,
      resource: 'canaries.flagger.app',
      base: ['spec', 'service'],
      steps: ISTIO_STEPS,
      value: ISTIO_VALUE,
      by: 'flagger',
      assumed: null,
    };
  const base = node.path.slice(object.node.path.length);
  if (object.group !== GATEWAY_API_GROUP)
    return { ...common, base, steps: ISTIO_STEPS, value: ISTIO_VALUE, by: 'istio', assumed: null };
  return { ...common, base, steps: API_STEPS, ...apiValue(set, chosen) };
}

function nameIn(node: ManifestNode): string {
  return node.field('metadata').field('name').string();
}

function originOf(
  object: ManifestObject,
): Pick<HeaderPlace, 'node' | 'name' | 'resource' | 'namespace' | 'namespaceGiven'> {
  const { kind, group, namespace, namespaceGiven, node } = object;
  return {
    node,
    name: `${kind} ${objectKey(object)}`,
    resource: `${kind.toLowerCase()}s.${group}`,
    namespace,
    namespaceGiven,
  };
}

/** Where it is not known whose proxy it is, the address alone: every Envoy has it. */
function apiValue(
  set: ManifestSet,
  chosen: ChosenRoute,
): Pick<HeaderPlace, 'value' | 'by' | 'assumed'> {
  const gateway = apiGatewayOf(set, chosen);
  if (gateway === null) {
    const why =
      chosen.via.kind === 'gateway'
        ? `the Gateway ${formatVia(chosen.via).replace(/^gateway:/, '')} is not among the manifests`
        : 'the route belongs to a Service of a mesh';
    return { value: HOST_VALUE, by: 'other', assumed: `${why}, so ${ADDRESS_ONLY}` };
  }
  const { kind, reason } = implementationOf(set, gateway);
  switch (kind) {
    case 'istio':
      return { value: ISTIO_VALUE, by: kind, assumed: `taken for Istio's gateway by ${reason}` };
    case 'envoy-gateway':
      return { value: HOST_VALUE, by: kind, assumed: `taken for Envoy Gateway's by ${reason}` };
    case 'specification':
      return { value: HOST_VALUE, by: 'other', assumed: `by ${reason} ${ADDRESS_ONLY}` };
  }
}

const ADDRESS_ONLY =
  'it is not known whose proxy it is: the header has the address alone, and only an Envoy whose control plane does not escape % fills it in (Contour escapes it)';
