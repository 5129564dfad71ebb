import { GRPC_HEAD } from '../call/grpc/kind.js';
import { InputError } from '../input-error.js';
import type { RouteRequest } from '../routing/request.js';
import type { ExpectationSource } from '../scenario/expectation-source.js';
import type { Forwarding } from '../scenario/forwarding.js';
import { routeRequest } from './route-request.js';

/** What the application asks for by gRPC. */
const ECHO = '/proto.EchoTestService/Echo';

/**
 * A request that an application makes, as routes see it: the application is a client in the mesh, with a sidecar
 * or by xDS.
 *
 * @param namespace Of the application.
 * @throws InputError when routes see no request of such a URL.
 */
export function forwardedRequest(
  forwarding: Forwarding,
  namespace: string,
  manifests: Extract<ExpectationSource, { kind: 'manifests' }>,
): RouteRequest {
  const { scheme, host, path, method, headers } = forwarding;
  const isGrpc = scheme === 'xds' || scheme === 'grpc';
  if (!isGrpc && scheme !== 'http' && scheme !== 'https') {
    throw new InputError(
      `routes are looked for of xds, grpc, http and https URLs, and not of ${scheme}: give --weights instead of manifests`,
      { path: '--forward-to' },
    );
  }
  const own = headers.find(([name]) => name === 'host')?.[1];
  const port = forwarding.port ?? (scheme === 'https' ? 443 : 80);
  const name = host.includes(':') ? `[${host}]` : host;
  const authority = own ?? (forwarding.port === null ? name : `${name}:${port}`);
  const head = isGrpc ? GRPC_HEAD : { method, headers: [] };
  const request = routeRequest(
    {
      method: head.method,
      path: isGrpc ? ECHO : path,
      scheme: scheme === 'https' ? 'https' : 'http',
      authority,
      serverName: null,
      metadata: [...head.headers, ...headers.filter(([header]) => header !== 'host')],
      target: { kind: 'tcp', host, port, scheme: null },
      namespace,
    },
    manifests,
  );
  return { ...request, via: manifests.via ?? { kind: scheme === 'xds' ? 'proxyless' : 'mesh' } };
}
