import { InputError } from '../../input-error.js';
import { connectionOf } from '../connection-order.js';
import { hostOf } from '../istio/host.js';
import { describeObject, type ManifestObject } from '../manifest/manifest-object.js';
import { inputPlace } from '../input-place.js';
import { noRuleError } from '../no-rule.js';
import type { RouteRequest } from '../request.js';
import { schemeAdvice } from '../scheme-advice.js';
import type { ApiArrival } from './arrival.js';
import type { ApiGateway } from './gateway.js';

/** No listener takes the request. */
export function noApiListenerError(
  gateways: readonly ApiGateway[],
  request: RouteRequest,
): InputError {
  const [first] = gateways;
  if (first === undefined)
    return new InputError('no Gateway of that name is among the manifests', {
      file: 'command line',
      path: '--via',
    });
  const listeners = gateways.flatMap((gateway) =>
    gateway.listeners.map(
      ({ name, protocol, port, hostname }) => `${name}: ${protocol} ${port} (${hostname ?? '*'})`,
    ),
  );
  return new InputError(
    `no listener takes ${request.scheme === 'http' ? 'a plaintext request' : 'a request over TLS'} for the host ` +
      `${hostOf(request.authority)}${request.gatewayPort === undefined ? '' : ` on port ${request.gatewayPort}`}: ` +
      `there are ${listeners.join(', ')}; name one of their hosts with --authority, or a port with --gateway-port; ${schemeAdvice(request)}`,
    first.node.field('spec').field('listeners').place(),
  );
}

/** Listeners take the request, and no route of theirs does. */
export function noApiRouteError(
  arrivals: readonly ApiArrival[],
  routes: readonly ManifestObject[],
  request: RouteRequest,
): InputError {
  const dropped = arrivals
    .flatMap(({ findings }) => findings)
    .find(({ code }) => code === 'route-dropped');
  if (dropped !== undefined)
    return new InputError(
      `no rule takes ${request.method} ${request.path} for ${request.authority}: ${dropped.summary}`,
      inputPlace(dropped.place),
    );
  const passedOn = arrivals.find(({ perConnection }) => perConnection === true);
  if (passedOn !== undefined) return noConnectionError(passedOn, request);
  const onHost = arrivals.find(({ host }) => host !== null);
  if (onHost !== undefined) return noRuleError(onHost.traces, request);
  const hosts = [...new Set(arrivals.flatMap((arrival) => arrival.hosts))];
  const [first] = routes;
  if (hosts.length > 0)
    return new InputError(
      `no route at the Gateway has the host ${hostOf(request.authority)}: there are ${hosts.slice(0, 10).join(', ')}; name one with --authority`,
      first?.node.field('spec').field('hostnames').place() ?? {},
    );
  return new InputError(
    `no route is attached to the Gateway's port: ${routes.slice(0, 5).map(describeObject).join(', ')} ${routes.length === 1 ? 'names' : 'name'} another parent, section or port, the listener does not let ${routes.length === 1 ? 'it' : 'them'} in, or another listener has more right to the host`,
    first?.node.field('spec').field('parentRefs').place() ?? {},
  );
}

/** A listener passes bytes on, and no route of its says where to. */
function noConnectionError(
  { gateway, port, hosts }: ApiArrival,
  request: RouteRequest,
): InputError {
  const { serverName } = connectionOf(request, null);
  const name = serverName === null ? 'without a server name' : `for the server name ${serverName}`;
  const listeners = gateway.listeners.filter((listener) => listener.port === port);
  const [first] = listeners;
  const speak = [...new Set(listeners.map(({ protocol }) => protocol))].join(' and ');
  const there =
    hosts.length === 0
      ? 'none is attached there'
      : `there are routes for ${hosts.slice(0, 10).join(', ')}`;
  return new InputError(
    `no TLSRoute or TCPRoute takes a connection ${name} at port ${port} of ${describeObject(gateway)}, which speaks ${speak}, and routes for requests are not tried there: ${there}; see --servername, --authority and --gateway-port`,
    first?.node.place() ?? {},
  );
}
