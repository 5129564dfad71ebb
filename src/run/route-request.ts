import type { RouteRequest } from '../routing/request.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { Target } from '../scenario/target.js';

/** What of a request its route depends on. */
export interface RequestParts {
  method: string;
  /** As in `:path`. */
  path: string;
  scheme: 'http' | 'https';
  authority: string;
  /** By lower-case name, without what the protocol itself sends. */
  metadata: readonly (readonly [string, string])[];
  target: Target | null;
  namespace: string;
}

/** Headers that every gRPC request carries, as far as routes look at them. */
const GRPC_HEADERS: [string, string][] = [['content-type', 'application/grpc']];

/**
 * The request as the routes see it.
 *
 * @param isGrpc Whether it carries the headers of gRPC.
 */
export function routeRequest(
  parts: RequestParts,
  isGrpc: boolean,
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>,
): RouteRequest {
  const { method, path, scheme, authority, metadata, target, namespace } = parts;
  const { via, virtualService, gatewayPort, rolloutStep } = manifests;
  return {
    method,
    path,
    scheme,
    authority,
    headers: new Map([...(isGrpc ? GRPC_HEADERS : []), ...metadata]),
    targetPort: target?.kind === 'tcp' ? target.port : null,
    via,
    namespace,
    ...(virtualService === undefined ? {} : { virtualService }),
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
    ...(rolloutStep === undefined ? {} : { rolloutStep }),
  };
}
