import type { RouteRequest } from '../routing/request.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { Target } from '../scenario/target.js';
import { viaOf } from '../scenario/xds-settings.js';

/** What of a request its route depends on. */
export interface RequestParts {
  method: string;
  /** As in `:path`. */
  path: string;
  /** What the target is spoken to in. */
  scheme: 'http' | 'https';
  authority: string;
  /** Asked for in TLS; null: the authority's host. */
  serverName: string | null;
  /** By lower-case name, with what the protocol itself sends. */
  metadata: readonly (readonly [string, string])[];
  target: Target | null;
  namespace: string;
}

/** The request as the routes see it. @throws InputError for routes that the target's calls never meet. */
export function routeRequest(
  parts: RequestParts,
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>,
): RouteRequest {
  const { method, path, scheme, authority, serverName, metadata, target, namespace } = parts;
  const { via, clientLabels, virtualService, gatewayPort, gatewayClass, rolloutStep } = manifests;
  const isAsTheTarget = manifests.scheme === undefined || manifests.scheme === scheme;
  return {
    method,
    path,
    scheme: manifests.scheme ?? scheme,
    authority,
    ...(serverName === null ? {} : { serverName }),
    headers: new Map(metadata),
    // What ends TLS before the gateway has a port of its own.
    targetPort: isAsTheTarget && target?.kind === 'tcp' ? target.port : null,
    via: viaOf(via, target),
    namespace,
    ...(clientLabels === undefined ? {} : { clientLabels }),
    ...(virtualService === undefined
      ? {}
      : {
          virtualService: {
            ...virtualService,
            namespace: virtualService.namespace ?? namespace,
          },
        }),
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
    ...(gatewayClass === undefined ? {} : { gatewayClass }),
    ...(rolloutStep === undefined ? {} : { rolloutStep }),
  };
}
