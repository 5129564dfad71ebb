import type { GatewayImplementation } from '../scenario/gateway-implementation.js';
import type { Via } from '../scenario/via.js';

export type { Via };

/** The request whose route is asked for. */
export interface RouteRequest {
  /** `POST` for gRPC. */
  method: string;
  /** As in `:path`, query string included: `/helloworld.Greeter/SayHello`. */
  path: string;
  scheme: 'http' | 'https';
  /** As in `:authority`: `grpc.example.com`, `127.0.0.1:8080`. */
  authority: string;
  /** Asked for in TLS, where it is not the authority's host. */
  serverName?: string;
  /** Names in lower case; give what is sent, `content-type: application/grpc` included. */
  headers: ReadonlyMap<string, string>;
  /** Port of the target; behind a load balancer it is not the gateway's. */
  targetPort: number | null;
  /** `undefined`: inferred from the manifests. */
  via: Via | undefined;
  /** Of objects that name none, and of the client. */
  namespace: string;
  /** Of objects that name none, where it is not the client's. */
  objectNamespace?: string;
  /** Of the client's pod, in a mesh; `undefined`: not known. */
  clientLabels?: Readonly<Record<string, string>>;
  /** Takes this VirtualService's rules alone. */
  virtualService?: { namespace: string; name: string };
  /** The gateway's port, where the target's does not say. */
  gatewayPort?: number;
  /** Whose rules Gateways of the Gateway API follow, where their class does not say. */
  gatewayClass?: GatewayImplementation;
  /** Step of an Argo Rollout to look at, from 0; without it the one its status names. */
  rolloutStep?: number;
  /** The option that says which request is meant, for messages; those of a call unless told. */
  option?: string;
}

export function isGrpc({ headers }: Pick<RouteRequest, 'headers'>): boolean {
  return headers.get('content-type')?.startsWith('application/grpc') ?? false;
}

/** The port of a gateway that nothing tells: the usual one for the scheme. */
export function usualPort({ scheme }: RouteRequest): number {
  return scheme === 'http' ? 80 : 443;
}

/** `gateway:default/grpc-gateway`, `waypoint:default/waypoint`, `mesh`, `proxyless`, as `--via` takes it. */
export function formatVia(via: Via): string {
  if ((via.kind !== 'gateway' && via.kind !== 'waypoint') || via.name === undefined)
    return via.kind;
  return `${via.kind}:${via.namespace === undefined ? '' : `${via.namespace}/`}${via.name}`;
}
