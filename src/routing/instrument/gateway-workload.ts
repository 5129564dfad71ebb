import { InputError } from '../../input-error.js';
import type { ChosenRoute } from '../chosen-route.js';
import { GATEWAY_API_GROUP } from '../gateway-api/gateway.js';
import { gatewayWorkloads } from '../istio/gateway-workload.js';
import type { ManifestSet } from '../manifest-set.js';
import { describeObject } from '../manifest/manifest-object.js';
import { formatVia } from '../request.js';
import { implementationOf } from '../gateway-api/implementation.js';
import { apiGatewayOf } from './api-gateway.js';

/** The pods of the gateway that takes the request. */
export interface GatewayWorkload {
  /** Labels that select them. */
  labels: Readonly<Record<string, string>>;
  namespace: string;
  /** False where the namespace is Istio's usual one, and nothing says so. */
  namespaceKnown: boolean;
  /** The Gateway of the Gateway API they were made for. */
  madeFor: { group: string; kind: 'Gateway'; name: string } | null;
}

/**
 * Which pods an object that is to change Istio's gateway must select.
 *
 * @param what What it is: `an EnvoyFilter`.
 * @throws InputError when there is no such gateway, or its pods are not known.
 */
export function gatewayWorkload(
  set: ManifestSet,
  chosen: ChosenRoute,
  what: string,
): GatewayWorkload {
  const { via, matched } = chosen;
  const place = matched?.object.node.place() ?? {};
  if (matched?.object.kind === 'Ingress')
    throw new InputError(
      `${what} is for Istio's proxies, and this route is ingress-nginx's, whose access log names the pod of every request: ${FROM_LOG}`,
      place,
    );
  if (via.kind === 'proxyless')
    throw new InputError(
      `${what} is for proxies, and a proxyless client has none: read who answers from the replies with --identity`,
      place,
    );
  if (via.kind === 'waypoint' || via.kind === 'ztunnel')
    throw new InputError(
      `${what} here is for a gateway, and the request goes through the ambient mesh: ${
        via.kind === 'waypoint'
          ? 'put the header on the rule with --instrument header'
          : 'ztunnel sees connections and no answers, so read who answers from the replies with --identity'
      }`,
      place,
    );
  if (via.kind === 'mesh')
    throw new InputError(
      `${what} here is for a gateway, and the request goes through the client's own sidecar: put the header on the rule with --instrument header`,
      place,
    );
  if (matched !== null && matched.object.group === GATEWAY_API_GROUP)
    return apiWorkload(set, chosen, what);
  const gateway = set.gateways.find(
    ({ name, namespace }) => name === via.name && namespace === via.namespace,
  );
  if (gateway === undefined)
    throw new InputError(
      `the Gateway ${formatVia(via).replace(/^gateway:/, '')} is not among the manifests, so the labels of its pods are not known: add it with -f`,
      place,
    );
  const { selector: labels } = gateway;
  if (Object.keys(labels).length === 0)
    throw gateway.node
      .field('spec')
      .error(
        `${describeObject(gateway)} selects no pods by labels, so ${what} for it would hold for every gateway: give it a selector`,
      );
  const [pods] = gatewayWorkloads(set, [gateway], undefined);
  return {
    labels,
    namespace: pods?.namespace ?? set.rootNamespace,
    namespaceKnown: pods?.isAssumed === false,
    madeFor: null,
  };
}

const FROM_LOG = 'kubectl logs -f … | splitproof verify … --identity access-log:-';

/**
 * Istio makes a Gateway's pods beside it and labels them with its name.
 * Source: https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#automated-deployment
 */
function apiWorkload(set: ManifestSet, chosen: ChosenRoute, what: string): GatewayWorkload {
  const gateway = apiGatewayOf(set, chosen);
  const route = chosen.matched?.object.node;
  if (gateway === null)
    throw new InputError(
      `the Gateway ${formatVia(chosen.via).replace(/^gateway:/, '')} is not among the manifests, so it is not known whether it is Istio's: add it with -f`,
      route?.place() ?? {},
    );
  const { kind, reason } = implementationOf(set, gateway);
  if (kind !== 'istio')
    throw gateway.node.error(
      `${what} is for Istio's gateways, and this Gateway is not known to be one by ${reason}: put the header on the rule with --instrument header`,
    );
  return {
    labels: { 'gateway.networking.k8s.io/gateway-name': gateway.name },
    namespace: gateway.namespace,
    namespaceKnown: true,
    madeFor: { group: GATEWAY_API_GROUP, kind: 'Gateway', name: gateway.name },
  };
}
